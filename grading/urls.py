"""The addresses of figures and rulebooks."""

from django.urls import path

from grading import (
    change_views,
    grid_page,
    qualification_views,
    simulation_views,
    threshold_views,
    version_pages,
    views,
)

urlpatterns = [
    path("managers/<str:employee_no>/figures/<str:metric>/", views.figure, name="figure"),
    path("qualifications/", qualification_views.qualifications, name="qualifications"),
    path("qualifications/exams/", qualification_views.exam_sheets, name="exam_sheets"),
    path("qualifications/exams/<int:pk>/", qualification_views.exam_sheet, name="exam_sheet"),
    path("qualifications/<int:pk>/", qualification_views.qualification, name="qualification"),
    path("qualifications/<int:pk>/steps/<str:name>/", qualification_views.step, name="qualification_step"),
    path("people/<str:employee_no>/apply/", qualification_views.apply_for, name="apply_qualification"),
    path("people/<str:employee_no>/propose/", change_views.propose, name="propose_grade_change"),
    path("grade-changes/", change_views.grade_changes, name="grade_changes"),
    path("grade-changes/<int:pk>/", change_views.grade_change, name="grade_change"),
    path("grade-changes/<int:pk>/steps/<str:name>/", change_views.step, name="grade_change_step"),
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
