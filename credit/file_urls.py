"""The addresses of credit files, investigations and loans proposed."""

from django.urls import path

from credit.views import files, investigations, proposals

urlpatterns = [
    path("credit/files/", files.file_list, name="credit_files"),
    path("credit/files/<str:customer_no>/", files.file, name="credit_file"),
    path("credit/files/<str:customer_no>/add/<str:what>/", files.add, name="credit_file_add"),
    path("credit/files/<str:customer_no>/begin/<str:what>/", files.begin, name="credit_file_begin"),
    path("credit/files/<str:customer_no>/end/<str:what>/<int:pk>/", files.end, name="credit_file_end"),
    path(
        "credit/files/<str:customer_no>/facilities/<int:pk>/confirm/", files.confirm, name="confirm_facility"
    ),
    path("credit/files/<str:customer_no>/parties/<int:pk>/reveal/", files.reveal, name="reveal_party"),
    path("credit/investigations/<int:pk>/", investigations.investigation, name="investigation"),
    path("credit/investigations/<int:pk>/write/", investigations.write, name="write_investigation"),
    path("credit/investigations/<int:pk>/report.pdf", investigations.report, name="investigation_report"),
    path("credit/investigations/<int:pk>/<str:name>/", investigations.step, name="investigation_step"),
    path("credit/proposals/", proposals.proposal_list, name="loan_proposals"),
    path("credit/proposals/<int:pk>/", proposals.proposal, name="loan_proposal"),
    path("credit/proposals/<int:pk>/<str:name>/", proposals.step, name="loan_proposal_step"),
]
