from django.db import migrations, models
from django.db.models import Func

from conbillet.core.database_roles import SORT_KEY


class Migration(migrations.Migration):
    dependencies = [("sales", "0006_indexes_of_addresses")]

    operations = [
        migrations.RunSQL(SORT_KEY, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(
                "organization",
                Func("name", function="conbillet_sort_key", output_field=models.TextField()),
                "id",
                name="sales_participant_by_name",
            ),
        ),
    ]
