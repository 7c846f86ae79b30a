# What every service of docker-compose.yml runs.
FROM python:3.11-slim-bookworm

RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
       bubblewrap ca-certificates git libseccomp2 openssh-client util-linux \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/optimizer
COPY pyproject.toml README.md LICENSE ./
COPY optimizer optimizer
COPY workers workers
COPY api api
COPY db db
COPY migrations migrations
COPY benchmarks benchmarks
RUN pip install --no-cache-dir .
WORKDIR /state
