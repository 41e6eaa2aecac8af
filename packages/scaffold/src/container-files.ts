import type { ProjectNames } from './project-names.ts'

/** Two stages, so that nothing of the build but its dependencies is in the image; user 1000 is `node` of the base image. */
export const dockerfile = ({ name, singular }: ProjectNames): string => `FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json controller.ts ${singular}.ts ./
USER 1000
ENTRYPOINT ["node_modules/.bin/kubetape", "run", "controller.ts"]
CMD ["--leader-elect", "--leader-election-id=${name}", "--metrics-bind-address=:8080"]
`

/** Whatever else lies in the folder stays out of builds: credentials, tapes, what was installed on another system. */
export const dockerignoreFile = ({ singular }: ProjectNames): string => `*
!package.json
!package-lock.json
!controller.ts
!${singular}.ts
`

export const deploymentFile = ({ name }: ProjectNames): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      serviceAccountName: ${name}
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: controller
          image: ${name}:0.1.0
          ports: [{ name: metrics, containerPort: 8080 }, { name: probes, containerPort: 8081 }]
          livenessProbe: { httpGet: { path: /livez, port: probes } }
          readinessProbe: { httpGet: { path: /readyz, port: probes } }
          resources: { requests: { cpu: 10m, memory: 128Mi }, limits: { memory: 256Mi } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`
