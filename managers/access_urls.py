"""The addresses of grants, delegations and relations."""

from django.urls import path

from managers import access_pages as pages

urlpatterns = [
    path("access/", pages.access, name="access"),
    path("access/grants/", pages.ask, name="grant_ask"),
    path("access/grants/<int:pk>/confirm/", pages.confirm, name="grant_confirm"),
    path("access/grants/<int:pk>/refuse/", pages.refuse, name="grant_refuse"),
    path("access/grants/<int:pk>/revoke/", pages.revoke, name="grant_revoke"),
    path("access/relations/", pages.own_relations, name="relations"),
    path("access/relations/<int:pk>/end/", pages.end_relation, name="relation_end"),
    path("account/delegations/", pages.own_delegations, name="delegations"),
    path("account/delegations/<int:pk>/end/", pages.end_delegation, name="delegation_end"),
]
