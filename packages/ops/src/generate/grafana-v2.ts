// Dashboard schema v2, which Grafana 12 and later read as a resource.
import * as v2 from '@grafana/grafana-foundation-sdk/dashboardv2'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import type { Dashboard, Panel } from '../dashboards/types.js'

const SOURCE = { name: '$datasource' }
const REFS = 'ABCDEFGH'
const GROUPS = { timeseries: 'timeseries', band: 'timeseries', stat: 'stat', graph: 'nodeGraph' } as const

/** One dashboard as a resource of schema v2, with links to the others. */
export function v2Dashboard({ uid, title, panels }: Dashboard, others: readonly Dashboard[]): unknown {
  const grid = new v2.GridBuilder()
  const builder = new v2.DashboardBuilder(title)
    .tags(['rag'])
    .cursorSync(v2.DashboardCursorSync.Crosshair)
    .timeSettings(new v2.TimeSettingsBuilder().from('now-3h').to('now').autoRefresh('30s').timezone('browser'))
    .variable(new v2.DatasourceVariableBuilder('datasource').label('Data source').pluginId('prometheus'))
    .variable(choice('environment', 'label_values(up, environment)'))
    .variable(choice('service', 'label_values(up{environment=~"$environment"}, service)'))
    .annotations([
      new v2.AnnotationQueryBuilder()
        .name('Releases')
        .enable(true)
        .iconColor('blue')
        .query(new prometheus.QueryV2Builder().expr('rag_release_timestamp_seconds{service=~"$service"} * 1000').datasource(SOURCE))
        .legacyOptions({ useValueForTime: true, titleFormat: '{{service}} {{version}}' })
    ])
    .links(
      others
        .filter((other) => other.uid !== uid)
        .map((other) =>
          new v2.DashboardLinkBuilder()
            .title(other.title)
            .type(v2.DashboardLinkType.Link)
            .url(`/d/${other.uid}`)
            .keepTime(true)
            .includeVars(true)
        )
    )
  for (const [index, panel] of panels.entries()) {
    const key = `panel-${index + 1}`
    builder.element(key, panelOf(panel, index + 1))
    grid.item(
      new v2.GridItemBuilder()
        .name(key)
        .x(panel.kind === 'graph' ? 0 : (index % 2) * 12)
        .y(panel.kind === 'graph' ? 0 : Math.floor(index / 2) * 8 + 12)
        .width(panel.kind === 'graph' ? 24 : 12)
        .height(panel.kind === 'graph' ? 12 : 8)
    )
  }
  return { apiVersion: 'dashboard.grafana.app/v2beta1', kind: 'Dashboard', metadata: { name: uid }, spec: builder.layout(grid).build() }
}

function choice(name: string, query: string): v2.QueryVariableBuilder {
  return new v2.QueryVariableBuilder(name)
    .query(new prometheus.QueryV2Builder().expr(query).datasource(SOURCE))
    .definition(query)
    .refresh(v2.VariableRefresh.OnTimeRangeChanged)
    .includeAll(true)
    .allValue('.*')
    .multi(true)
}

function panelOf(panel: Panel, id: number): v2.PanelBuilder {
  const queries = new v2.QueryGroupBuilder()
  for (const [index, { expr, legend }] of panel.queries.entries()) {
    const query = new prometheus.QueryV2Builder().expr(expr).legendFormat(legend).datasource(SOURCE)
    if (panel.kind === 'graph') query.instant(true).format(prometheus.PromQueryFormat.Table)
    else if (panel.kind === 'stat') query.instant(true)
    else query.range(true).exemplar(panel.unit === 's')
    queries.target(new v2.TargetBuilder().refId(REFS[index]!).query(query))
  }
  const builder = new v2.PanelBuilder()
    .id(id)
    .title(panel.title)
    .data(queries)
    .visualization(new v2.VizConfigKindBuilder().group(GROUPS[panel.kind ?? 'timeseries']).unit(panel.unit))
  return panel.help ? builder.description(panel.help) : builder
}
