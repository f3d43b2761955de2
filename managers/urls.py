"""The addresses of the people's side."""

from django.urls import path

from managers import notice_views

urlpatterns = [
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.read_all, name="notices_read"),
    path("notices/settings/", notice_views.notice_settings, name="notice_settings"),
    path("notices/<int:pk>/", notice_views.notice, name="notice"),
]
