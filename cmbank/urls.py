"""Every address of the house."""

from django.contrib import admin
from django.contrib.auth.views import (
    LoginView,
    LogoutView,
    PasswordChangeDoneView,
    PasswordChangeView,
)
from django.urls import include, path

from cmbank import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("", include("managers.urls")),
    path("", include("grading.urls")),
    path("", include("appraisal.urls")),
    path("", include("ledger.urls")),
    path("api/", include("cmbank.api")),
]
handler400 = "cmbank.api.bad_request"
handler500 = "cmbank.api.server_error"
