// Classic dashboard JSON, which every Grafana since 8 reads.
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as classic from '@grafana/grafana-foundation-sdk/dashboard'
import * as nodegraph from '@grafana/grafana-foundation-sdk/nodegraph'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import type { Dashboard, Panel, Query } from '../dashboards/types.js'

// A variable, so that the dashboard lives in any Grafana whatever its data source is called.
const SOURCE = { type: 'prometheus', uid: '$datasource' } as const
const REFS = 'ABCDEFGH'

/** One dashboard as classic JSON, with links to the others. */
export function classicDashboard({ uid, title, panels }: Dashboard, others: readonly Dashboard[]): unknown {
  const builder = new classic.DashboardBuilder(title)
    .uid(uid)
    .tags(['rag'])
    .timezone('browser')
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .tooltip(classic.DashboardCursorSync.Crosshair)
    .withVariable(new classic.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(choice('environment', 'label_values(up, environment)'))
    .withVariable(choice('service', 'label_values(up{environment=~"$environment"}, service)'))
    .annotation(
      new classic.AnnotationQueryBuilder()
        .name('Releases')
        .datasource(SOURCE)
        .enable(true)
        .iconColor('blue')
        .expr('rag_release_timestamp_seconds{service=~"$service"} * 1000')
        .useValueForTime(true)
        .titleFormat('{{service}} {{version}}')
    )
    .links(
      others
        .filter((other) => other.uid !== uid)
        .map((other) =>
          new classic.DashboardLinkBuilder(other.title)
            .type(classic.DashboardLinkType.Link)
            .url(`/d/${other.uid}`)
            .keepTime(true)
            .includeVars(true)
        )
    )
  for (const [index, panel] of panels.entries()) builder.withPanel(panelOf(panel, index))
  return builder.build()
}

function choice(name: string, query: string): classic.QueryVariableBuilder {
  return new classic.QueryVariableBuilder(name)
    .query(query)
    .datasource(SOURCE)
    .refresh(classic.VariableRefresh.OnTimeRangeChanged)
    .includeAll(true)
    .allValue('.*')
    .multi(true)
    .current({ text: 'All', value: '$__all', selected: true })
}

function panelOf(panel: Panel, index: number) {
  const place =
    panel.kind === 'graph' ? { h: 12, w: 24, x: 0, y: 0 } : { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 + 12 }
  const builder = base(panel).title(panel.title).datasource(SOURCE).gridPos(place)
  if (panel.help || panel.event)
    builder.description([panel.help, panel.event && 'Shows something after an event only.'].filter(Boolean).join(' '))
  for (const [number, query] of panel.queries.entries()) builder.withTarget(target(panel, query, REFS[number]!))
  if (panel.kind === 'graph')
    builder.withTransformation({
      id: 'organize',
      options: { renameByName: { Value: 'mainstat', 'Value #A': 'mainstat', 'Value #B': 'mainstat' } }
    })
  return builder
}

function base(panel: Panel) {
  if (panel.kind === 'stat') return new stat.PanelBuilder().unit(panel.unit)
  if (panel.kind === 'graph') return new nodegraph.PanelBuilder()
  const lines = new timeseries.PanelBuilder()
    .unit(panel.unit)
    .fillOpacity(panel.kind === 'band' ? 0 : 8)
    .showPoints(common.VisibilityMode.Never)
  if (panel.kind === 'band')
    lines
      .overrideByRegexp('/^upper/', [
        { id: 'custom.fillBelowTo', value: 'lower' },
        { id: 'custom.lineWidth', value: 0 },
        { id: 'custom.fillOpacity', value: 15 }
      ])
      .overrideByRegexp('/^lower/', [{ id: 'custom.lineWidth', value: 0 }])
  return lines
}

function target(panel: Panel, { expr, legend }: Query, ref: string): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder().expr(expr).legendFormat(legend).refId(ref).datasource(SOURCE)
  if (panel.kind === 'graph') return query.instant().format(prometheus.PromQueryFormat.Table)
  if (panel.kind === 'stat') return query.instant()
  return query.range().exemplar(panel.unit === 's')
}
