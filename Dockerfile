# The command alone: docker build -t npy . && docker run --rm -v "$PWD:/data" npy info arr.npy
FROM swift:6.2 AS build
RUN apt-get update && apt-get install -y zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN swift build -c release --static-swift-stdlib --product npy && strip .build/release/npy

FROM debian:stable-slim
RUN apt-get update && apt-get install -y --no-install-recommends zlib1g libbz2-1.0 liblzma5 libzstd1 libcurl4 ca-certificates \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/.build/release/npy /usr/local/bin/npy
WORKDIR /data
ENTRYPOINT ["npy"]
