# The image of web, worker, beat and migrate: the locked environment, the code, the collected static files.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /srv/venv
COPY requirements/base.txt /srv/requirements.txt
RUN /srv/venv/bin/pip install --require-hashes -r /srv/requirements.txt
COPY . /srv/cmbank
WORKDIR /srv/cmbank
# These values exist only during this step: collecting files signs nothing and opens no connection.
RUN SECRET_KEY=only-while-building FIELD_KEYS=build:$(head -c 32 /dev/zero | base64) DATABASE_URL=postgres://nobody@localhost/none \
    /srv/venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home cmbank \
    && install -d -o cmbank -g cmbank -m 0750 /var/lib/cmbank
COPY --from=build /srv /srv
WORKDIR /srv/cmbank
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cmbank.settings \
    DATA_DIR=/var/lib/cmbank
USER cmbank
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "cmbank.health", "web"]
CMD ["gunicorn", "cmbank.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "2", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", "--no-control-socket"]
