"""The desk's forms about a breach of security. Times are typed and shown in Copenhagen's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conbillet.catalogue.models import Event
from conbillet.core.clock import COPENHAGEN
from conbillet.organizations.models import Organization
from conbillet.privacy.models import Breach

LONGEST = 8000
MOST_ADDRESSES = 2000


class TextField(forms.CharField):
    """Several lines."""

    def __init__(self, label: Any, *, rows: int = 4, **options: Any) -> None:
        options.setdefault("max_length", LONGEST)
        super().__init__(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\x00", "").replace("\r\n", "\n").strip()


class MomentField(forms.DateTimeField):
    def __init__(self, label: Any, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(label=label, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(COPENHAGEN) if hasattr(value, "astimezone") else value


class OpenBreachForm(forms.Form):
    discovered_at = MomentField(
        _("When was it noticed?"), help_text=_("The moment at which somebody of us knew. From then 72 hours run.")
    )
    noticed_by = forms.CharField(
        label=_("Who noticed it?"),
        max_length=200,
        required=False,
        help_text=_("In what role, without a name: a buyer, an association's treasurer, our own log."),
    )
    organization = forms.ModelChoiceField(
        label=_("Which association does it concern?"),
        queryset=Organization.objects.order_by("name"),
        required=False,
        empty_label=_("Several, or the platform itself"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        organizations: Any = self.fields["organization"]
        organizations.label_from_instance = lambda organization: organization.name

    happened = TextField(
        _("What happened?"), rows=6, help_text=_("No names of persons: the list of them stands apart.")
    )


class BreachForm(forms.Form):
    """What article 33(3) asks about."""

    noticed_by = forms.CharField(label=_("Who noticed it?"), max_length=200, required=False)
    happened = TextField(_("What happened?"), rows=6)
    data_kinds = TextField(_("Which data?"), rows=2, required=False)
    about_people = forms.IntegerField(
        label=_("How many people, roughly?"), min_value=0, max_value=10_000_000, required=False
    )
    consequences = TextField(_("What may follow from it?"), required=False)
    measures = TextField(_("What was done, and what is to be done?"), required=False)
    risk = forms.ChoiceField(label=_("How big is the risk for the persons?"), choices=Breach.Risk.choices)
    told_da = TextField(
        _("What the persons are told, in Danish"),
        rows=6,
        required=False,
        help_text=_("In plain words: what happened, what may follow, what we do, and what they can do."),
    )
    told_en = TextField(_("What the persons are told, in English"), rows=6, required=False)


class ReportForm(forms.Form):
    reported_at = MomentField(_("When was it reported?"))
    number = forms.CharField(label=_("The authority's number"), max_length=80, required=False)
    late_why = TextField(_("Why later than 72 hours?"), rows=3, required=False, help_text=_("Only when it was."))


class WhyForm(forms.Form):
    why = TextField(_("Why?"), rows=3)


class PersonsForm(forms.Form):
    """Everybody of an association, of an event, single addresses, or all three."""

    organization = forms.ModelChoiceField(
        label=_("Everybody about whom an association holds something"),
        queryset=Organization.objects.order_by("name"),
        required=False,
        empty_label="–",
    )
    event = forms.ModelChoiceField(
        label=_("Everybody who bought or holds something for an event"),
        queryset=Event.objects.select_related("organization").order_by("-starts_on", "name"),
        required=False,
        empty_label="–",
    )
    emails = TextField(_("Single addresses, one in each line"), rows=3, required=False, max_length=200_000)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        events: Any = self.fields["event"]
        events.label_from_instance = lambda event: f"{event.name} – {event.organization.name}"
        organizations: Any = self.fields["organization"]
        organizations.label_from_instance = lambda organization: organization.name

    def clean_emails(self) -> list[str]:
        lines = str(self.cleaned_data["emails"]).replace(",", "\n").replace(";", "\n").splitlines()
        emails = [line.strip().lower() for line in lines if line.strip()]
        if len(emails) > MOST_ADDRESSES:
            raise forms.ValidationError(_("At most %(most)d addresses at once.") % {"most": MOST_ADDRESSES})
        for email in emails:
            forms.EmailField().clean(email)
        return emails
