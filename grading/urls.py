"""The addresses of figures and rulebooks."""

from django.urls import path

from grading import views

urlpatterns = [
    path("managers/<str:employee_no>/figures/<str:metric>/", views.figure, name="figure"),
    path("rulebooks/", views.rulebooks, name="rulebooks"),
    path("rulebooks/<str:code>/<int:number>/", views.rulebook, name="rulebook"),
]
