"""A file handed in, for whoever may see it: looked at here, never run here."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from managers.models import StoredFile
from managers.services import files
from managers.session import signed_in


@login_required
@require_GET
def stored_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file: pictures open in the browser, without any rights there; others are saved."""
    user, on = signed_in(request), timezone.localdate()
    found = get_object_or_404(StoredFile.objects.visible_to(user, on), pk=pk)
    answer = HttpResponse(files.opened(found, by=user, on=on), content_type=found.media_type)
    # a browser's own viewer of PDF does not work where nothing may run
    inline = found.media_type.startswith("image/")
    answer["Content-Disposition"] = content_disposition_header(not inline, found.name) or "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
