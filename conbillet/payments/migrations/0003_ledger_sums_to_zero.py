"""The database itself refuses a ledger transaction that does not sum to zero per currency (I2).

A trigger per statement: the sides of a transaction are always added together, so the rows of one INSERT tell all. It
costs one small sum a statement, where a deferred trigger per row would read the ledger again for each of its sides.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION payments_ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added GROUP BY organization_id, transaction, currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'a ledger transaction does not sum to zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER payments_ledger_sums_to_zero AFTER INSERT ON payments_ledgerentry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments_ledger_sums_to_zero();
"""

DROP = """
DROP TRIGGER payments_ledger_sums_to_zero ON payments_ledgerentry;
DROP FUNCTION payments_ledger_sums_to_zero();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_attempts_and_balance")]

    operations = [migrations.RunSQL(CREATE, DROP)]
