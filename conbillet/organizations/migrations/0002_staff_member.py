"""The view through which the office sees who has a role in its own association, by name and e-mail."""

from django.db import migrations

CREATE = """
CREATE VIEW organizations_staff_member WITH (security_barrier = true) AS
SELECT r.id, r.organization_id, r.person_id, r.kind, p.name, COALESCE(a.email, '') AS email, r.granted_at
FROM organizations_role r
JOIN accounts_person p ON p.id = r.person_id
LEFT JOIN accounts_account a ON a.person_id = p.id
WHERE r.organization_id = NULLIF(current_setting('conbillet.organization', true), '')::bigint
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP VIEW organizations_staff_member")]
