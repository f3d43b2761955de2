"""The addresses of the working standard."""

from django.urls import path

from credit.working import agreements, complaints, logs, plans, research, surveys

urlpatterns = [
    path("work-log/", logs.entries, name="work_log"),
    path("work-log/new/", logs.new, name="new_work_log"),
    path("work-log/review/", logs.review, name="review_work_log"),
    path("work-log/sheet/", logs.sheet, name="work_log_sheet"),
    path("work-log/customers/<str:customer_no>/", logs.of_customer, name="customer_log"),
    path("work-log/<int:pk>/", logs.entry, name="work_log_entry"),
    path("research/", research.found, name="research"),
    path("research/new/", research.new, name="new_research"),
    path("research/<int:pk>/", research.note, name="research_note"),
    path("research/<int:pk>/steps/<str:name>/", research.step, name="research_step"),
    path("plans/", plans.found, name="plans"),
    path("plans/new/", plans.new, name="new_plan"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/edit/", plans.edit, name="edit_plan"),
    path("plans/<int:pk>/paper/", plans.paper, name="plan_paper"),
    path("plans/<int:pk>/steps/<str:name>/", plans.step, name="plan_step"),
    path("agreements/", agreements.found, name="agreements"),
    path("agreements/new/", agreements.new, name="new_agreement"),
    path("agreements/<int:pk>/", agreements.agreement, name="agreement"),
    path("agreements/<int:pk>/paper/", agreements.paper, name="agreement_paper"),
    path("agreements/<int:pk>/steps/<str:name>/", agreements.step, name="agreement_step"),
    path("complaints/", complaints.found, name="complaints"),
    path("complaints/new/", complaints.new, name="new_complaint"),
    path("complaints/<int:pk>/", complaints.complaint, name="complaint"),
    path("complaints/<int:pk>/steps/<str:name>/", complaints.step, name="complaint_step"),
    path("surveys/", surveys.found, name="surveys"),
    path("surveys/new/", surveys.new, name="new_survey"),
    path("surveys/<int:pk>/", surveys.survey, name="survey"),
    path("surveys/<int:pk>/sheet/", surveys.sheet, name="survey_sheet"),
    path("surveys/<int:pk>/steps/<str:name>/", surveys.step, name="survey_step"),
]
