# The command in a container: docker build -t pagescope . (README: In a container). It needs no privilege; what it may
# lock and see is what the container may, which is what one asks it for.
FROM node:24-slim AS packed
WORKDIR /pagescope
COPY . .
RUN npm run package -- --npm

FROM node:24-slim
COPY --from=packed /pagescope/dist/pagescope-*.tgz /tmp/
RUN npm install --global --no-audit --no-fund /tmp/pagescope-*.tgz && rm /tmp/pagescope-*.tgz && npm cache clean --force
USER node
WORKDIR /home/node
ENTRYPOINT ["pagescope"]
CMD ["doctor"]
