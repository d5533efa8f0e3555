# For local use and for CI systems other than GitHub's. Audits what is mounted at /repository:
#
#   docker build --tag ml-readiness .
#   docker run --rm --network none --volume "$PWD:/repository:ro" ml-readiness audit
#
# To get files out, mount a folder that you own and say who you are:
#
#   docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$PWD:/repository:ro" --volume "$PWD/out:/out" \
#     ml-readiness audit --format html=/out/report.html
#
# Another base is taken by --build-arg BASE=name@sha256:...; it needs Debian's packages and Python 3.11 or newer.
ARG BASE=docker.io/library/python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${BASE} AS libraries
COPY requirements/run.txt /tmp/requirements.txt
RUN python3 -m pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
      --no-compile --target /opt/ml-readiness/libraries --requirement /tmp/requirements.txt
COPY ml_readiness /opt/ml-readiness/ml_readiness
COPY checks /opt/ml-readiness/checks
COPY action/main.py action/ml-readiness /opt/ml-readiness/action/
COPY LICENSE /opt/ml-readiness/
RUN python3 -m compileall -q /opt/ml-readiness

FROM ${BASE}
# The version of git is the base's to choose, which is fixed by its digest and gets Debian's security updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
COPY --from=libraries /opt/ml-readiness /opt/ml-readiness
RUN ln -s /opt/ml-readiness/action/ml-readiness /usr/local/bin/ml-readiness
USER 10001:10001
WORKDIR /repository
ENTRYPOINT ["/usr/local/bin/ml-readiness"]
CMD ["audit"]
