// A GitHub Actions workflow: tests, the check of what is generated, image build and scan.
import type { Model } from '../config/model.js'
import type { Artifacts } from './types.js'
import { yaml } from './yaml.js'

export function generateWorkflow(model: Model): Artifacts {
  const output = model.output
  return {
    'github/workflows/rag.yml': yaml({
      name: 'rag',
      on: { pull_request: {}, push: { branches: ['main'], tags: ['v*'] } },
      permissions: { contents: 'read' },
      concurrency: { group: 'rag-${{ github.ref }}', 'cancel-in-progress': true },
      jobs: {
        test: {
          'runs-on': 'ubuntu-24.04',
          steps: [
            { uses: 'actions/checkout@v4' },
            { uses: 'actions/setup-node@v4', with: { 'node-version': '22', cache: 'npm' } },
            { run: 'npm ci' },
            { run: 'npm test' },
            { run: 'npm audit --audit-level=high' }
          ]
        },
        operations: {
          'runs-on': 'ubuntu-24.04',
          steps: [
            { uses: 'actions/checkout@v4' },
            { uses: 'actions/setup-node@v4', with: { 'node-version': '22', cache: 'npm' } },
            { run: 'npm ci' },
            { name: 'Expressions agree with the catalogue', run: 'npx rag-ops check' },
            { run: 'sudo apt-get update && sudo apt-get install -y --no-install-recommends prometheus prometheus-alertmanager' },
            {
              name: 'Rules',
              run: `promtool check rules ${output}/prometheus/rules/*.yml && promtool test rules ${output}/prometheus/tests/*.yml`
            },
            { name: 'Routes', run: `amtool check-config ${output}/alertmanager/alertmanager.yml` }
          ]
        },
        image: {
          needs: ['test', 'operations'],
          'runs-on': 'ubuntu-24.04',
          permissions: { contents: 'read', packages: 'write', 'security-events': 'write' },
          strategy: { matrix: { service: model.services.map(({ name }) => name) } },
          steps: [
            { uses: 'actions/checkout@v4' },
            { uses: 'docker/setup-buildx-action@v3' },
            {
              uses: 'docker/login-action@v3',
              with: { registry: 'ghcr.io', username: '${{ github.actor }}', password: '${{ secrets.GITHUB_TOKEN }}' }
            },
            {
              name: 'Build',
              uses: 'docker/build-push-action@v6',
              with: {
                context: '.',
                'build-args': 'SERVICE=${{ matrix.service }}',
                load: true,
                tags: 'ghcr.io/${{ github.repository }}/${{ matrix.service }}:${{ github.sha }}',
                'cache-from': 'type=gha',
                'cache-to': 'type=gha,mode=max'
              }
            },
            {
              name: 'Scan',
              uses: 'aquasecurity/trivy-action@0.28.0',
              with: {
                'image-ref': 'ghcr.io/${{ github.repository }}/${{ matrix.service }}:${{ github.sha }}',
                severity: 'HIGH,CRITICAL',
                'exit-code': '1'
              }
            },
            {
              name: 'Push',
              if: "github.event_name == 'push'",
              run: 'docker push ghcr.io/${{ github.repository }}/${{ matrix.service }}:${{ github.sha }}'
            }
          ]
        }
      }
    })
  }
}
