"""The addresses of the ledger's pages."""

from django.urls import path

from ledger import pages, views

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/progress/", views.progress, name="progress"),
    path("runs/requests/<int:pk>/", views.decide, name="decide_run"),
    path("runs/<int:pk>/", pages.run, name="run"),
    path("closings/", pages.closings, name="closings"),
    path("bundles/", views.bundles, name="bundles"),
]
