"""The addresses of figures and rulebooks."""

from django.urls import path

from grading import grid_page, simulation_views, threshold_views, version_pages, views

urlpatterns = [
    path("managers/<str:employee_no>/figures/<str:metric>/", views.figure, name="figure"),
    path("rulebooks/", views.rulebooks, name="rulebooks"),
    path("rulebooks/upload/", version_pages.upload, name="rulebook_upload"),
    path("rulebooks/versions/<int:pk>/", version_pages.version, name="rulebook_version"),
    path("rulebooks/versions/<int:pk>/pdf/", version_pages.version_pdf, name="rulebook_pdf"),
    path("rulebooks/versions/<int:pk>/text/", version_pages.version_text, name="rulebook_text"),
    path("rulebooks/versions/<int:pk>/steps/<str:name>/", version_pages.step, name="rulebook_step"),
    path("rulebooks/versions/<int:pk>/simulation/", simulation_views.simulation_page, name="simulation"),
    path(
        "rulebooks/versions/<int:pk>/simulation/threshold/",
        threshold_views.threshold_page,
        name="simulation_threshold",
    ),
    path("rulebooks/<str:code>/grid/", grid_page.grid, name="numbers_grid"),
    path("rulebooks/<str:code>/<int:number>/", views.rulebook, name="rulebook"),
]
