# Docport in a container: docker build -t docport . in the project's folder.
# docs/guide/containers.md says how it is run, and why /data has to be a volume that stays.
FROM node:24-alpine AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-alpine
ENV NODE_ENV=production \
    DOCPORT_HOST=:: \
    DOCPORT_ACME_PORT=8080 \
    DOCPORT_CERTS=/data/certs \
    DOCPORT_CACHE=/data/cache \
    DOCPORT_DATA_FOLDER=/data/kept
COPY --from=build /src/package.json /app/package.json
COPY --from=build /src/node_modules /app/node_modules
COPY --from=build /src/dist /app/dist
RUN mkdir -p /data /docs && chown node:node /data
USER node
WORKDIR /data
VOLUME ["/data"]
# Plain HTTP, or with a domain the redirect and the challenge; HTTPS.
EXPOSE 8080 8443
# Plain HTTP answers /healthz in both cases. A start that reads much documentation is alive too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve", "/docs"]
