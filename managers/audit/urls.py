"""The addresses of the pages of accountability."""

from django.urls import path

from managers.audit import file_page, log_page, why_page

urlpatterns = [
    path("audit/", log_page.audit, name="audit"),
    path("audit/export/", log_page.export, name="audit_export"),
    path("audit/why/", why_page.why, name="audit_why"),
    path("exports/<uuid:key>/", log_page.stored, name="stored_export"),
    path("exports/<uuid:key>/file/", log_page.fetch, name="fetch_export"),
    path("people/find/", file_page.find, name="find_person"),
    path("managers/<str:employee_no>/file/", file_page.file, name="personnel_file"),
    path("managers/<str:employee_no>/file/reveal/", file_page.reveal, name="reveal_identity"),
    path("managers/<str:employee_no>/file/amend/", file_page.amend, name="amend_identity"),
]
