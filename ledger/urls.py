"""The addresses of the ledger's pages."""

from django.urls import path

from ledger import handovers, pages, quarantine, views

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/progress/", views.progress, name="progress"),
    path("runs/requests/<int:pk>/", views.decide, name="decide_run"),
    path("runs/<int:pk>/", pages.run, name="run"),
    path("closings/", pages.closings, name="closings"),
    path("handovers/", handovers.handover_list, name="handovers"),
    path("handovers/new/", handovers.new, name="new_handover"),
    path("handovers/<int:pk>/", handovers.handover, name="handover"),
    path("handovers/<int:pk>/<str:name>/", handovers.step, name="handover_step"),
    path("bundles/", views.bundles, name="bundles"),
    path("bundles/<int:pk>/quarantine/", quarantine.bundle, name="quarantine"),
    path("quarantine/<int:pk>/", quarantine.row, name="quarantined_row"),
    path("quarantine/<int:pk>/replay/", quarantine.replay, name="replay_row"),
    path("quarantine/<int:pk>/dismiss/", quarantine.dismiss, name="dismiss_row"),
]
