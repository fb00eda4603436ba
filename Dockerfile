# One image for both services of docker-compose.yml. docs/container.md says what of it was run.
FROM python:3.12-slim AS base
# For the engine `mediapipe`: its library is linked against these two, although it draws nothing.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libegl1 libgles2 \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH

FROM base AS builder
# A package mirror: docker build --build-arg PIP_INDEX_URL=…
ARG PIP_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.lock .
RUN pip install --no-deps --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-deps --no-build-isolation --no-index -e . \
    && python -m compileall -q monitor dashboard
RUN PLUMBLINE_DATA=/data plumbline models fetch

FROM base
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent plumbline
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
# A new named volume is filled from here: that is how it comes to hold the models.
COPY --from=builder --chown=plumbline:plumbline /data /data
ENV PLUMBLINE_DATA=/data \
    PLUMBLINE_SETTINGS=/app/config/compose.yaml \
    MPLCONFIGDIR=/tmp/matplotlib \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER plumbline
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["plumbline", "status"]
ENTRYPOINT ["plumbline"]
CMD ["run"]
