"""The addresses of a house whose environment names an issuer.

Imported before a test names one in the settings: the ordinary addresses are read once and keep what they saw.
"""

from django.urls import path

from cmbank.urls import handler400, handler429, handler500
from cmbank.urls import urlpatterns as without
from managers.urls import single_sign_on
from managers.views import account

urlpatterns = [*single_sign_on(True), path("account/", account.account), *without]

__all__ = ["handler400", "handler429", "handler500", "urlpatterns"]
