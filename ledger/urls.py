"""The addresses of the ledger's pages."""

from django.urls import path

from ledger import views

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/progress/", views.progress, name="progress"),
    path("bundles/", views.bundles, name="bundles"),
]
