from django.db import migrations


class Migration(migrations.Migration):
    """The sums are made anew, by product: what is counted is counted once more by the next folding."""

    dependencies = [("tickets", "0004_figures_by_day")]

    operations = [
        migrations.RunSQL("UPDATE tickets_checkin SET counted = false WHERE counted", migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM tickets_insidecount", migrations.RunSQL.noop),
    ]
