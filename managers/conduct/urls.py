"""The addresses of development and conduct."""

from django.urls import path

from managers.conduct import campaign_pages as campaigns
from managers.conduct import finding_pages as findings
from managers.conduct import inspection_pages as inspections
from managers.conduct import rotation_pages as rotation
from managers.conduct import training_pages as training
from managers.conduct import visit_pages as visits

urlpatterns = [
    path("training/", training.plans, name="training"),
    path("training/plans/<int:pk>/", training.plan, name="training_plan"),
    path("training/plans/<int:pk>/cancel/", training.cancel, name="training_cancel"),
    path("training/sessions/<int:pk>/", training.session, name="training_session"),
    path("training/sessions/<int:pk>/roll/", training.call_roll, name="training_roll"),
    path("training/sessions/<int:pk>/sheets/", training.upload, name="training_upload"),
    path("training/sheets/<int:pk>/", training.sheet, name="training_sheet"),
    path("training/certificates/", training.certificates, name="certificates"),
    path("training/certificates/<int:pk>/void/", training.void, name="certificate_void"),
    path("people/<str:employee_no>/development/", training.development, name="development"),
    path("conduct/", campaigns.conduct, name="conduct"),
    path("conduct/campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("conduct/campaigns/<int:pk>/close/", campaigns.close, name="campaign_close"),
    path("conduct/screenings/<int:pk>/", campaigns.sheet, name="screening_sheet"),
    path("conduct/findings/", findings.findings, name="findings"),
    path("conduct/findings/<int:pk>/", findings.finding, name="finding"),
    path("conduct/findings/<int:pk>/<str:name>/", findings.step, name="finding_step"),
    path("conduct/visits/", visits.visits, name="home_visits"),
    path("conduct/visits/<int:pk>/read/", visits.read, name="home_visit_read"),
    path("conduct/inspections/", inspections.inspections, name="inspections"),
    path("conduct/inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("conduct/inspections/<int:pk>/cancel/", inspections.cancel, name="inspection_cancel"),
    path("rotation/", rotation.rotation, name="rotation"),
    path("rotation/limits/", rotation.lay_down, name="rotation_limit"),
    path("rotation/leaves/", rotation.record_leave, name="leave_record"),
    path("rotation/leaves/<int:pk>/cancel/", rotation.call_off, name="leave_call_off"),
]
