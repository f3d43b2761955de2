"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path

from cmbank import people, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("managers.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    # Before people/<employee_no>/: people/find/ is no number.
    path("", include("managers.audit.urls")),
    # And before it as well: people/<employee_no>/development/.
    path("", include("managers.conduct.urls")),
    path("people/", people.people, name="people"),
    path("people/register/", people.register, name="register_candidate"),
    path("people/<str:employee_no>/", people.person, name="person"),
    path("people/<str:employee_no>/steps/<str:name>/", people.step, name="career_step"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("managers.access_urls")),
    path("", include("credit.afterloan_urls")),
    path("", include("grading.urls")),
    path("", include("appraisal.urls")),
    path("", include("ledger.urls")),
    path("", include("credit.file_urls")),
    path("", include("credit.working_urls")),
    path("api/", include("cmbank.api")),
]
handler400 = "cmbank.api.bad_request"
handler429 = "managers.views.signin.too_many"
handler500 = "cmbank.api.server_error"
