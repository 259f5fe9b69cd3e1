# MuseGen's page in a container, with every package at the version that was tested:
#   docker build -t musegen . && docker run --rm -p 7860:7860 musegen
FROM python:3.11-slim AS synthesizer

WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/fetch_synthesizer.py scripts/
RUN python scripts/fetch_synthesizer.py

FROM python:3.11-slim

COPY packages.txt /tmp/
RUN apt-get update \
    && xargs apt-get install -y --no-install-recommends < /tmp/packages.txt \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.txt

WORKDIR /app
COPY requirements.txt requirements.lock ./
RUN pip install --no-cache-dir -r requirements.txt -c requirements.lock

COPY LICENSE app.py ./
COPY musegen musegen
COPY --from=synthesizer /app/musegen/web/vendor musegen/web/vendor
COPY checkpoints checkpoints

# The app writes only below /tmp: its own files, and uploads, which Gradio keeps for an hour.
RUN useradd --system --no-create-home musegen
USER musegen
ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_TEMP_DIR=/tmp/gradio \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/health')"]
CMD ["python", "app.py", "--port", "7860"]
