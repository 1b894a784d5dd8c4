from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0006_inside_by_product")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("voided_at__isnull", False)), fields=["voided_at"], name="tickets_voided"
            ),
        ),
    ]
