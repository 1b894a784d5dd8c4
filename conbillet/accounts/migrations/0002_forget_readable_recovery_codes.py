"""Recovery codes that can be made anew from a stored seed are forgotten; the pages ask for new ones."""

from django.db import migrations


def forget(apps, schema_editor):
    rows = apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes")
    rows.exclude(data__has_key="hashes").delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
