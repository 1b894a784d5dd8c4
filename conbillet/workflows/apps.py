from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "conbillet.workflows"
    label = "workflows"
