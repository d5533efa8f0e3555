# docker build -t ml-readiness . && docker run --rm --network none -v "$PWD:/repository:ro" ml-readiness
FROM python:3.13-slim AS build
COPY requirements/ /source/requirements/
RUN python -m venv /opt/ml-readiness \
    && /opt/ml-readiness/bin/python -m pip install --no-cache-dir --require-hashes -r /source/requirements/run.txt
RUN python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --no-cache-dir --require-hashes -r /source/requirements/dev.txt
COPY . /source
WORKDIR /source
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /dist \
    && /opt/ml-readiness/bin/python -m pip install --no-cache-dir --no-deps --no-index /dist/*.whl

FROM python:3.13-slim
RUN apt-get update && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 auditor
COPY --from=build /opt/ml-readiness /opt/ml-readiness
USER auditor
WORKDIR /repository
ENTRYPOINT ["/opt/ml-readiness/bin/ml-readiness"]
CMD ["audit", "/repository"]
