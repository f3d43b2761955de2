"""The addresses of what is done about loans after they were granted."""

from django.urls import path

from credit.views import calendars, classes, endings, inspections, loans, notices, today

urlpatterns = [
    path("credit/today/", today.today, name="credit_today"),
    path("credit/calendar.ics", calendars.feed, name="credit_calendar"),
    path("credit/calendar/", calendars.renew, name="renew_calendar"),
    path("credit/loans/<int:pk>/", loans.loan, name="afterloan"),
    path("credit/loans/<int:pk>/classify/", classes.propose, name="classify"),
    path("credit/loans/<int:pk>/end/", endings.propose, name="end_loan"),
    path("credit/classes/", classes.classes, name="classifications"),
    path("credit/classes/<int:pk>/", classes.classification, name="classification"),
    path("credit/classes/<int:pk>/<str:name>/", classes.step, name="classification_step"),
    path("credit/inspections/", inspections.inspections, name="loan_inspections"),
    path("credit/inspections/<int:pk>/", inspections.inspection, name="loan_inspection"),
    path("credit/inspections/<int:pk>/<str:name>/", inspections.step, name="loan_inspection_step"),
    path("credit/inspections/<int:pk>/files/<uuid:file>/", inspections.paper, name="loan_inspection_file"),
    path("credit/findings/<int:pk>/<str:name>/", inspections.finding_step, name="loan_finding_step"),
    path("credit/maturities/", notices.notices, name="maturities"),
    path("credit/maturities/print/", notices.print_notices, name="print_maturities"),
    path("credit/maturities/<int:pk>/receipt/", notices.receipt, name="maturity_receipt"),
    path("credit/endings/", endings.endings, name="endings"),
    path("credit/endings/<int:pk>/", endings.ending, name="ending"),
    path("credit/endings/<int:pk>/<str:name>/", endings.step, name="ending_step"),
]
