"""Every scheduled job in one place, read by Celery beat.

A job here is a hint and never the truth: each task asks the database what is due, so a missed tick,
or two beats at once, change nothing.
"""

from typing import Any

from celery.schedules import crontab

MINUTE = 60.0
QUARTER = 15 * MINUTE

SCHEDULE: dict[str, dict[str, Any]] = {
    # Finds nothing on almost every tick; a night that became due, or was missed, is caught up by the next.
    "due nights": {"task": "ledger.run_due_nights", "schedule": MINUTE},
    # An approved handover takes effect on its day, also where no night is due; missed days are caught up.
    "due handovers": {"task": "ledger.make_handovers_effective", "schedule": MINUTE},
    # Whether roles, seats and outcomes are as they must be; what is found goes to the log.
    "separation": {"task": "appraisal.verify_separation", "schedule": crontab(hour="5", minute="40")},
    # What was published or failed is told to the outside once its transaction has committed.
    # Statements not made in time, scores not given, windows to appeal that are over.
    "windows": {"task": "appraisal.end_windows", "schedule": 60 * MINUTE},
    # A cycle is judged again only where its last day has a version that was not looked at.
    "look-back": {"task": "appraisal.look_back", "schedule": 10 * MINUTE},
    # Owners and heads are told in the morning; later ticks find nothing, unless the earlier ones were missed.
    "deadlines": {"task": "managers.keep_deadlines", "schedule": crontab(minute="*/15", hour="8-18")},
    "outbox": {"task": "managers.deliver_outbox", "schedule": MINUTE},
    # Finds nothing but once a day; days missed are sealed in their order.
    "audit seal": {"task": "ledger.seal_log", "schedule": QUARTER},
    "expired exports": {"task": "ledger.remove_expired_exports", "schedule": QUARTER},
    # Dated ahead, a change of grade takes effect on its day; a day that was missed is caught up.
    "grade changes": {"task": "grading.make_effective", "schedule": 10 * MINUTE},
    "certificates": {"task": "grading.expire_certificates", "schedule": 60 * MINUTE},
    # Certificates, terms and traineeships that end soon, told on their days.
    "reminders": {"task": "grading.remind", "schedule": crontab(minute=30, hour="8-18")},
    # How overdue every loan is and what is to be inspected, once the night's deliveries are in.
    "loan watch": {"task": "credit.keep_watch", "schedule": crontab(hour="6,12,18", minute="20")},
    # Makes nothing on almost every tick; a day that was missed is caught up.
    "maturity notices": {"task": "credit.make_notices", "schedule": crontab(hour="6-18", minute="5")},
}
