"""The addresses of the procedure."""

from django.urls import path

from appraisal.views import adjustments, cycles, desk, papers, workbench

urlpatterns = [
    path("me/", workbench.me, name="me"),
    path("managers/<str:employee_no>/", workbench.manager, name="manager"),
    path("queue/", desk.queue, name="queue"),
    path("queue/clear/", desk.clear_unflagged, name="clear_unflagged"),
    path("queue/<int:pk>/clear/", desk.clear, name="clear"),
    path("queue/<int:pk>/return/", desk.send_back, name="send_back"),
    path("decisions/", desk.decisions, name="decisions"),
    path("decisions/<int:pk>/", desk.decide, name="decide"),
    path("adjustments/", adjustments.adjustments, name="adjustments"),
    path("adjustments/<int:pk>/<str:name>/", adjustments.step, name="adjustment_step"),
    path("cycles/", cycles.cycles, name="cycles"),
    path("cycles/open/", cycles.open_cycle, name="open_cycle"),
    path("cycles/<int:pk>/", cycles.cycle, name="cycle"),
    path("cycles/<int:pk>/measure/", cycles.measure, name="measure"),
    path("cycles/<int:pk>/submit/", cycles.submit, name="submit"),
    path("cycles/<int:pk>/publish/", cycles.publish, name="publish"),
    path("appraisals/<int:pk>/answer/", cycles.answer, name="answer"),
    path("appraisals/<int:pk>/form.pdf", papers.form, name="appraisal_form"),
    path("appraisals/<int:pk>/notice.pdf", papers.notice, name="decision_notice"),
    path("appraisals/<int:pk>/votes.pdf", papers.votes, name="vote_record"),
]
