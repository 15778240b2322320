# The provider as a small image: no compiler, no development dependencies, nothing built at start.
#   docker build -t latchkey .
#   docker run --read-only -v latchkey:/app/data -p 127.0.0.1:3000:3000 latchkey

FROM node:24.21.0-slim AS browser-scripts
WORKDIR /app
COPY package.json package-lock.json ./
COPY pinned-node pinned-node
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY bin bin
COPY views views
RUN node bin/latchkey.mjs prepare

FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY pinned-node pinned-node
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
RUN mkdir data

FROM node:24.21.0-slim
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY bin bin
COPY adapters adapters
COPY server server
COPY docs/architecture/latchkey.calm.json docs/architecture/
COPY views views
COPY --from=browser-scripts /app/views/dist views/dist
COPY --from=dependencies --chown=node:node /app/data data
ENV NODE_ENV=production
ENV LATCHKEY_DATA_DIR=/app/data
ENV LATCHKEY_LISTEN_HOST=0.0.0.0
ENV LATCHKEY_LISTEN_PORT=3000
ENV LATCHKEY_LOG_FORMAT=json
USER node
VOLUME /app/data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LATCHKEY_LISTEN_PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/latchkey.mjs"]
CMD ["start"]
