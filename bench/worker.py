"""The house's job worker for one queue: `python -m bench.worker default | mails`.

In the benchmark's databases a trigger puts mails in a queue of their own, so that they can be measured apart. They are
handed over to nobody (Django's dummy backend): what a mail server does is not ours.
"""

import sys

from conbillet.cli.environment import django_ready

MAILS = "mails"
TRIGGER = f"""
CREATE OR REPLACE FUNCTION bench_mails_apart() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.queue_name := '{MAILS}'; RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER bench_mails_apart BEFORE INSERT ON procrastinate_jobs
FOR EACH ROW WHEN (NEW.task_name = 'fact:mail_waiting') EXECUTE FUNCTION bench_mails_apart();
"""


def main() -> None:
    queue = sys.argv[1]
    with django_ready():
        from django.conf import settings
        from procrastinate.contrib.django import app

        from conbillet.config.worker import worker_connector

        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        with app.replace_connector(worker_connector()) as working:
            working.run_worker(queues=[queue], concurrency=2, delete_jobs="successful")


if __name__ == "__main__":
    main()
