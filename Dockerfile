# One image for the API, the worker and the tools. Node comes with the base, so the lockfile's own (optional packages) is
# left out; so is all that only building and testing need.
FROM node:26.10.0-slim AS base
WORKDIR /samverk
COPY package.json package-lock.json ./

FROM base AS packages
# GraphiQL is served as ruru brings it, built: half of all packages is what it was built from.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund \
    && cd node_modules && rm -rf @graphiql monaco-editor monaco-graphql prettier react-aria react-dom react-stately framer-motion

FROM base AS build
RUN npm ci --omit=optional --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
RUN node node_modules/@nestjs/cli/bin/nest.js build && rm dist/.tsbuildinfo

FROM base
COPY --from=packages /samverk/node_modules node_modules
COPY --from=build /samverk/dist dist
# What the program reads beside itself: the table of who sees what, and the catalogue's style and script.
COPY libs/delivery/*.csv libs/delivery/*.css libs/delivery/*.js libs/delivery/
# Volumes that are mounted here for the first time belong to whoever owns these folders.
RUN mkdir -p /data /secret /keys && chown node:node /data /secret /keys && chmod 700 /data /secret /keys
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps DATA_DIR=/data HOST=0.0.0.0
USER node
EXPOSE 3000
CMD ["node", "dist/apps/api/main.js"]
