"""All tables of the ledger and its runs, with months as partitions, as they stood after 0014."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from managers.operations import CreateModels

BY_MONTH = """
CREATE TABLE ledger_balancechange (
    account_id bigint NOT NULL,
    business_date date NOT NULL,
    bundle_id bigint NOT NULL,
    line integer NOT NULL CHECK (line >= 0),
    balance numeric(20, 2) NOT NULL,
    PRIMARY KEY (account_id, business_date, bundle_id),
    CONSTRAINT balance_is_a_number CHECK (balance < 1000000000000000)
) PARTITION BY RANGE (business_date);
CREATE INDEX balance_business_date ON ledger_balancechange (business_date);

CREATE TABLE ledger_customerproduct (
    customer_id bigint NOT NULL,
    since date NOT NULL,
    deposit bigint NOT NULL,
    deposit_product bigint NOT NULL,
    agreement bigint NOT NULL,
    agreement_product bigint NOT NULL,
    loan bigint NOT NULL,
    loan_product bigint NOT NULL,
    overdraft bigint NOT NULL,
    overdraft_product bigint NOT NULL,
    PRIMARY KEY (customer_id, since)
) PARTITION BY RANGE (since);

-- A month's partition is made when the first row of it is about to be written. Roles that own no tables
-- call this too, so it acts for the owner. A table made apart and attached blocks no reader.
CREATE FUNCTION ledger_open_months(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month date := date_trunc('month', first);
    parent text;
    part text;
BEGIN
    WHILE month <= last LOOP
        FOREACH parent IN ARRAY ARRAY['ledger_balancechange', 'ledger_customerproduct'] LOOP
            part := parent || to_char(month, '_YYYY_MM');
            IF to_regclass(part) IS NULL THEN
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
                EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                               parent, part, month, month + interval '1 month');
            END IF;
        END LOOP;
        month := month + interval '1 month';
    END LOOP;
END
$$;

-- Products of all days before `day`; nothing where the customer had no business by then.
CREATE FUNCTION ledger_product_before(
    of_customer bigint, day date,
    OUT deposit bigint, OUT agreement bigint, OUT loan bigint, OUT overdraft bigint
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT p.deposit_product + p.deposit * (day - p.since), p.agreement_product + p.agreement * (day - p.since),
           p.loan_product + p.loan * (day - p.since), p.overdraft_product + p.overdraft * (day - p.since)
    INTO deposit, agreement, loan, overdraft
    FROM ledger_customerproduct p
    WHERE p.customer_id = of_customer AND p.since < day
    ORDER BY p.since DESC LIMIT 1;
END
$$;
"""

# Rows that change in place every night leave room on their pages, so that their index stays as it is.
ROOM = """
ALTER TABLE ledger_accountposition SET (fillfactor = 75);
ALTER TABLE ledger_customerposition SET (fillfactor = 70);
CREATE INDEX ledger_accountposition_foreign ON ledger_accountposition (currency) WHERE currency <> 'CNY';

-- How many rows fall into some slots: without these the planner expects one in two hundred.
CREATE STATISTICS ledger_accountposition_slot ON (customer_id % 1024) FROM ledger_accountposition;
CREATE STATISTICS managers_assignment_slot ON (manager_id % 1024) FROM managers_assignment;
CREATE STATISTICS managers_clientmanager_slot ON (id % 1024) FROM managers_clientmanager;
"""

# The accounts that belonged to some customers by what was known when `bundle` was the latest.
KNOWN = """
CREATE FUNCTION ledger_accounts_known(customers bigint[], bundle bigint) RETURNS TABLE (
    id bigint, customer_id bigint, account_no text, product_id bigint, currency text, opened_on date, closed_on date
) LANGUAGE sql STABLE AS $$
    SELECT a.id, a.customer_id, a.account_no, a.product_id, a.currency, a.opened_on, a.closed_on
    FROM ledger_account a
    WHERE a.customer_id = ANY (customers)
      AND NOT EXISTS (SELECT FROM ledger_accountversion v WHERE v.account_id = a.id AND v.superseded_by > bundle)
  UNION ALL
    SELECT v.account_id, v.customer_id, a.account_no, v.product_id, v.currency, v.opened_on, v.closed_on
    FROM (
        SELECT DISTINCT ON (e.account_id) e.*
        FROM ledger_accountversion e
        WHERE e.superseded_by > bundle
          AND e.account_id IN (SELECT account_id FROM ledger_accountversion WHERE customer_id = ANY (customers))
        ORDER BY e.account_id, e.superseded_by, e.id
    ) AS v
    JOIN ledger_account a ON a.id = v.account_id
    WHERE v.customer_id = ANY (customers)
$$;
"""

FUNCTIONS = """
-- Tables for months of balances none of which is open yet, apart from the history and without its indexes, below
-- ledger_balancechange_new; false, and the months opened as usual, where one of them is open. Roles that own no
-- tables call this too, so it acts for the owner.
CREATE FUNCTION ledger_begin_months(first date, last date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month date;
BEGIN
    IF EXISTS (
        SELECT FROM generate_series(date_trunc('month', first), last, interval '1 month') AS m
        WHERE to_regclass('ledger_balancechange' || to_char(m, '_YYYY_MM')) IS NOT NULL
    ) THEN
        PERFORM ledger_open_months(first, last);
        RETURN false;
    END IF;
    CREATE TABLE ledger_balancechange_new (LIKE ledger_balancechange INCLUDING ALL EXCLUDING INDEXES)
        PARTITION BY RANGE (business_date);
    FOR month IN SELECT generate_series(date_trunc('month', first), last, interval '1 month') LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF ledger_balancechange_new FOR VALUES FROM (%L) TO (%L)',
            'ledger_balancechange' || to_char(month, '_YYYY_MM'), month, month + interval '1 month');
    END LOOP;
    RETURN true;
END
$$;

-- The filled months become part of the history, which builds their indexes; a key twice is an error.
CREATE FUNCTION ledger_end_months(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month date;
    part text;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', first), last, interval '1 month') LOOP
        part := 'ledger_balancechange' || to_char(month, '_YYYY_MM');
        EXECUTE format('ALTER TABLE ledger_balancechange_new DETACH PARTITION %I', part);
        EXECUTE format('ALTER TABLE ledger_balancechange ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       part, month, month + interval '1 month');
    END LOOP;
    DROP TABLE ledger_balancechange_new;
    PERFORM ledger_open_months(first, last);
END
$$;
"""

GUARD = """
-- The last word on when a handover may hold: not inside closed figures, and inside published ones only where the
-- approver has confirmed what they become.
CREATE FUNCTION ledger_handover_in_time() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state IN ('approved', 'effective') AND OLD.state <> NEW.state AND EXISTS (
        SELECT FROM ledger_periodclosing p JOIN ledger_run r ON r.id = p.run_id
        WHERE r.business_date >= NEW.effective_on
    ) THEN
        RAISE EXCEPTION 'handover % would change a closed period', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_not_in_closed_period';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> NEW.state AND NEW.confirmed = '' AND EXISTS (
        SELECT FROM ledger_run WHERE fence > 0 AND business_date >= NEW.effective_on
    ) THEN
        RAISE EXCEPTION 'handover % would change published figures that nobody has confirmed', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_past_confirmed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER handover_in_time BEFORE UPDATE ON managers_handover
    FOR EACH ROW EXECUTE FUNCTION ledger_handover_in_time();
"""


class Migration(migrations.Migration):

    replaces = [
        ('ledger', '0001_initial'),
        ('ledger', '0002_products_and_readings'),
        ('ledger', '0003_set_old_tables_aside'),
        ('ledger', '0004_positions_and_chunks'),
        ('ledger', '0005_closings_and_account_versions'),
        ('ledger', '0006_requests_outbox_expectations'),
        ('ledger', '0007_quarantine'),
        ('ledger', '0008_months_filled_at_once'),
        ('ledger', '0009_database_clock'),
        ('ledger', '0010_events_and_targets'),
        ('ledger', '0011_outbox_to_managers'),
        ('ledger', '0012_history'),
        ('ledger', '0013_handovers'),
        ('ledger', '0014_bundle_record'),
    ]

    initial = True

    dependencies = [
        ('managers', '0001_squashed_0014_training_conduct_rotation'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Bundle',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='摘要')),
                    ('name', models.CharField(max_length=200, verbose_name='名称')),
                    ('from_on', models.DateField(verbose_name='起')),
                    ('to_on', models.DateField(verbose_name='止')),
                    ('affects_from', models.DateField(blank=True, null=True, verbose_name='影响起始日')),
                    ('loaded_at', models.DateTimeField(auto_now_add=True, verbose_name='入库时间')),
                    ('loaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='入库人')),
                    ('remarks', models.JSONField(default=list, verbose_name='提示')),
                    ('handover', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bundle', to='managers.handover', verbose_name='移交')),
                    ('record', models.CharField(blank=True, db_default='', default='', max_length=80, verbose_name='行内记录')),
                ],
                options={
                    'verbose_name': '数据批次',
                    'verbose_name_plural': '数据批次',
                    'ordering': ['-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('to_on__gte', models.F('from_on'))), name='bundle_span'), models.UniqueConstraint(condition=models.Q(('record', ''), _negated=True), fields=('record',), name='bundle_record')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='78d9fa88476f9343969d3538433db45fcfb8736d', operation='DELETE', pgid='pgtrigger_append_only_d0752', table='ledger_bundle', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Product',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('deposit', '存款'), ('loan', '贷款')], max_length=16, verbose_name='类别')),
                    ('code', models.CharField(max_length=40, verbose_name='产品代码')),
                    ('bucket', models.CharField(choices=[('deposit', '存款（不含协议存款）'), ('agreement_deposit', '协议存款'), ('loan', '贷款')], max_length=24, verbose_name='计入')),
                ],
                options={
                    'verbose_name': '产品',
                    'verbose_name_plural': '产品',
                    'ordering': ['kind', 'code'],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'code'), name='product_key'), models.CheckConstraint(condition=models.Q(models.Q(('bucket', 'loan'), ('kind', 'loan')), models.Q(('bucket__in', ['deposit', 'agreement_deposit']), ('kind', 'deposit')), _connector='OR'), name='product_bucket_fits')],
                },
            ),
            migrations.CreateModel(
                name='LedgerState',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('applied_through', models.DateField(null=True)),
                    ('first_night', models.DateField(null=True)),
                ],
                options={
                    'verbose_name': '账本状态',
                    'verbose_name_plural': '账本状态',
                    'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='ledger_state_single')],
                },
            ),
            migrations.CreateModel(
                name='FeedExpectation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('file', models.CharField(max_length=60, verbose_name='文件')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ended_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('days', models.CharField(choices=[('every_day', '每日'), ('weekdays', '周一至周五'), ('month_end', '每月末日')], default='every_day', max_length=10, verbose_name='应到日')),
                ],
                options={
                    'verbose_name': '应到文件',
                    'verbose_name_plural': '应到文件',
                    'ordering': ['file', 'starts_on'],
                    'constraints': [models.UniqueConstraint(fields=('file', 'starts_on'), name='expectation_key'), models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('file',), name='expectation_one_open', violation_error_message='该文件已有未结束或同日起的约定；请先结束那一条。'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('starts_on')), _connector='OR'), name='expectation_dates')],
                    'triggers': [pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('ledger_feedexpectation', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='2050f18fa4cea8d6bca3b9428391cf8d89b52579', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_40778', table='ledger_feedexpectation', when='AFTER'))],
                },
            ),
        ]),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='CustomerProduct',
                    fields=[
                        ('since', models.DateField(verbose_name='起')),
                        ('deposit', models.BigIntegerField(default=0)),
                        ('deposit_product', models.BigIntegerField(default=0)),
                        ('agreement', models.BigIntegerField(default=0)),
                        ('agreement_product', models.BigIntegerField(default=0)),
                        ('loan', models.BigIntegerField(default=0)),
                        ('loan_product', models.BigIntegerField(default=0)),
                        ('overdraft', models.BigIntegerField(default=0)),
                        ('overdraft_product', models.BigIntegerField(default=0)),
                        ('pk', models.CompositePrimaryKey('customer', 'since', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='managers.customer')),
                    ],
                    options={
                        'verbose_name': '客户积数',
                        'verbose_name_plural': '客户积数',
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(BY_MONTH)],
        ),
        CreateModels([
            migrations.CreateModel(
                name='CustomerPosition',
                fields=[
                    ('since', models.DateField(verbose_name='起')),
                    ('deposit', models.BigIntegerField(default=0)),
                    ('deposit_product', models.BigIntegerField(default=0)),
                    ('agreement', models.BigIntegerField(default=0)),
                    ('agreement_product', models.BigIntegerField(default=0)),
                    ('loan', models.BigIntegerField(default=0)),
                    ('loan_product', models.BigIntegerField(default=0)),
                    ('overdraft', models.BigIntegerField(default=0)),
                    ('overdraft_product', models.BigIntegerField(default=0)),
                    ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='managers.customer')),
                    ('deposit_month', models.BigIntegerField(default=0)),
                    ('deposit_quarter', models.BigIntegerField(default=0)),
                    ('deposit_year', models.BigIntegerField(default=0)),
                    ('deposit_last_year', models.BigIntegerField(default=0)),
                    ('loan_month', models.BigIntegerField(default=0)),
                    ('loan_quarter', models.BigIntegerField(default=0)),
                    ('loan_year', models.BigIntegerField(default=0)),
                    ('first_since', models.DateField(null=True)),
                    ('acquired_on', models.DateField(null=True)),
                ],
                options={
                    'verbose_name': '客户头寸',
                    'verbose_name_plural': '客户头寸',
                },
            ),
            migrations.CreateModel(
                name='BundleFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='ledger.bundle', verbose_name='批次')),
                    ('name', models.CharField(max_length=60, verbose_name='文件')),
                    ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                    ('rows', models.PositiveIntegerField(verbose_name='送达行数')),
                    ('loaded', models.PositiveIntegerField(verbose_name='入库行数')),
                    ('quarantined', models.PositiveIntegerField(default=0, verbose_name='隔离行数')),
                ],
                options={
                    'verbose_name': '批次文件',
                    'verbose_name_plural': '批次文件',
                    'ordering': ['bundle', 'name'],
                    'constraints': [models.UniqueConstraint(fields=('bundle', 'name'), name='bundle_file_key'), models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(models.F('loaded'), '+', models.F('quarantined')))), name='bundle_file_counts_tie')],
                },
            ),
            migrations.CreateModel(
                name='Feed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=40, unique=True, verbose_name='数据源')),
                    ('first_bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='首个批次')),
                ],
                options={
                    'verbose_name': '数据源',
                    'verbose_name_plural': '数据源',
                    'ordering': ['code'],
                },
            ),
            migrations.CreateModel(
                name='LateChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='managers.customer', verbose_name='客户')),
                    ('products', models.BooleanField(default=True, verbose_name='重算积数')),
                    ('since', models.DateField(verbose_name='起')),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='late_changes', to='ledger.bundle', verbose_name='批次')),
                    ('applied_at', models.DateTimeField(null=True, verbose_name='处理时间')),
                ],
                options={
                    'verbose_name': '追溯变更',
                    'verbose_name_plural': '追溯变更',
                    'indexes': [models.Index(condition=models.Q(('applied_at__isnull', True), ('products', True)), fields=['customer'], name='late_change_waiting')],
                },
            ),
            migrations.CreateModel(
                name='Account',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('account_no', models.CharField(max_length=40, unique=True, verbose_name='账号')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='managers.customer', verbose_name='客户')),
                    ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='ledger.product', verbose_name='产品')),
                    ('currency', models.CharField(max_length=3, verbose_name='币种')),
                    ('opened_on', models.DateField(verbose_name='开户日')),
                    ('closed_on', models.DateField(blank=True, null=True, verbose_name='销户日')),
                ],
                options={
                    'verbose_name': '账户',
                    'verbose_name_plural': '账户',
                    'ordering': ['account_no'],
                    'indexes': [models.Index(condition=models.Q(('currency', 'CNY'), _negated=True), fields=['currency'], name='account_foreign'), models.Index(condition=models.Q(('closed_on__isnull', False)), fields=['closed_on'], name='account_closed')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='account_dates')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e618e5a6e0a9d5ac4f35ca1c015ca1c70ea303a3', operation='DELETE', pgid='pgtrigger_append_only_73812', table='ledger_account', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep_earlier', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nINSERT INTO ledger_accountversion\n    (account_id, customer_id, product_id, currency, opened_on, closed_on, superseded_by)\nSELECT e.id, e.customer_id, e.product_id, e.currency, e.opened_on, e.closed_on,\n       (SELECT coalesce(max(id), 0) FROM ledger_bundle)\nFROM earlier e\nJOIN later l USING (id)\nWHERE (e.customer_id, e.product_id, e.currency, e.opened_on, e.closed_on)\n      IS DISTINCT FROM (l.customer_id, l.product_id, l.currency, l.opened_on, l.closed_on);\nRETURN NULL;\n', hash='0a463da6eb53c745f6b54c9f4f89c61edffd08ba', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_keep_earlier_b96b5', referencing='REFERENCING OLD TABLE AS earlier  NEW TABLE AS later ', table='ledger_account', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='FxRate',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='批次')),
                    ('line', models.PositiveIntegerField(verbose_name='行')),
                    ('currency', models.CharField(max_length=3, verbose_name='币种')),
                    ('business_date', models.DateField(verbose_name='业务日期')),
                    ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='汇率')),
                ],
                options={
                    'verbose_name': '汇率',
                    'verbose_name_plural': '汇率',
                    'ordering': ['currency', 'business_date', 'bundle'],
                    'constraints': [models.UniqueConstraint(fields=('currency', 'business_date', 'bundle'), name='rate_key'), models.CheckConstraint(condition=models.Q(('rate__gt', 0), ('rate__lt', 10000000000)), name='rate_positive')],
                },
            ),
            migrations.CreateModel(
                name='Settlement',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='批次')),
                    ('line', models.PositiveIntegerField(verbose_name='行')),
                    ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='managers.customer', verbose_name='客户')),
                    ('business_date', models.DateField(verbose_name='业务日期')),
                    ('usd_amount', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='金额（美元）')),
                ],
                options={
                    'verbose_name': '国际结算',
                    'verbose_name_plural': '国际结算',
                    'ordering': ['customer', 'business_date', 'id'],
                    'indexes': [models.Index(fields=['customer', 'business_date'], name='settlement_customer')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('usd_amount__lt', 1000000000000000000)), name='settlement_is_a_number')],
                },
            ),
            migrations.CreateModel(
                name='Run',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('job', models.CharField(default='night', editable=False, max_length=16, verbose_name='作业')),
                    ('business_date', models.DateField(verbose_name='业务日期')),
                    ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                    ('status', models.CharField(choices=[('pending', '待执行'), ('running', '进行中'), ('failed', '失败'), ('succeeded', '成功'), ('unchanged', '核对无变化'), ('waived', '已豁免')], default='pending', max_length=16, verbose_name='状态')),
                    ('is_current', models.BooleanField(default=False, verbose_name='现行')),
                    ('through_bundle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='截至批次')),
                    ('confirmed_through', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='核对至批次')),
                    ('floors', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=20), default=list, size=None, verbose_name='门槛')),
                    ('reason', models.CharField(blank=True, max_length=200, verbose_name='原因')),
                    ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                    ('fence', models.PositiveIntegerField(default=0, editable=False, verbose_name='令牌')),
                    ('lease_until', models.DateTimeField(editable=False, null=True, verbose_name='租约至')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='执行次数')),
                    ('place', models.PositiveIntegerField(default=1, verbose_name='本次第几夜')),
                    ('places', models.PositiveIntegerField(default=1, verbose_name='本次共几夜')),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='建立')),
                    ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='开始')),
                    ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                    ('error', models.TextField(blank=True, verbose_name='错误')),
                ],
                options={
                    'verbose_name': '日终批次',
                    'verbose_name_plural': '日终批次',
                    'ordering': ['-business_date', '-version'],
                    'constraints': [models.UniqueConstraint(fields=('job', 'business_date', 'version'), name='run_key'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('job', 'business_date'), name='run_one_current'), models.UniqueConstraint(condition=models.Q(('status__in', ['pending', 'running'])), fields=('job', 'business_date'), name='run_one_open'), models.CheckConstraint(condition=models.Q(('is_current', False), ('status', 'succeeded'), _connector='OR'), name='run_current_succeeded'), models.CheckConstraint(condition=models.Q(('fence', 0), models.Q(('lease_until__isnull', False), ('through_bundle__isnull', False)), _connector='OR'), name='run_pinned_when_claimed'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('requested_by')), _negated=True), _connector='OR'), name='run_two_people')],
                },
            ),
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='批次')),
                    ('line', models.PositiveIntegerField(verbose_name='行')),
                    ('manager', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='managers.clientmanager', verbose_name='客户经理')),
                    ('business_date', models.DateField(verbose_name='业务日期')),
                    ('code', models.CharField(max_length=64, verbose_name='事项代码')),
                    ('quantity', models.DecimalField(decimal_places=4, max_digits=19, verbose_name='数量')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ],
                options={
                    'verbose_name': '人员事项',
                    'verbose_name_plural': '人员事项',
                    'ordering': ['manager', 'business_date', 'code', 'note', 'bundle'],
                    'indexes': [models.Index(fields=['code', 'business_date'], name='event_code')],
                    'constraints': [models.UniqueConstraint(fields=('manager', 'code', 'business_date', 'note', 'bundle'), name='event_key'), models.CheckConstraint(condition=models.Q(('quantity__lt', 1000000000000000)), name='event_is_a_number')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='952eb006181bdf0fe666def3d6c73c4b3c3a9c1e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b44a2', table='ledger_event', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Target',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='批次')),
                    ('line', models.PositiveIntegerField(verbose_name='行')),
                    ('manager', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='managers.clientmanager', verbose_name='客户经理')),
                    ('metric', models.CharField(max_length=64, verbose_name='目标代码')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('value', models.DecimalField(decimal_places=4, max_digits=19, verbose_name='目标值')),
                ],
                options={
                    'verbose_name': '目标计划',
                    'verbose_name_plural': '目标计划',
                    'ordering': ['manager', 'metric', 'starts_on', 'bundle'],
                    'constraints': [models.UniqueConstraint(fields=('metric', 'manager', 'starts_on', 'bundle'), name='target_key'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='target_dates'), models.CheckConstraint(condition=models.Q(('value__lt', 1000000000000000)), name='target_is_a_number')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='244942ca09f21d5ac7b7e16d11008025ab7dcab7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5073a', table='ledger_target', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='QuarantinedRow',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quarantined_rows', to='ledger.bundle', verbose_name='批次')),
                    ('file', models.CharField(max_length=60, verbose_name='文件')),
                    ('line', models.PositiveIntegerField(verbose_name='行')),
                    ('raw', models.JSONField(verbose_name='送达内容')),
                    ('field', models.CharField(blank=True, max_length=60, verbose_name='列')),
                    ('value', models.TextField(blank=True, verbose_name='值')),
                    ('code', models.CharField(max_length=40, verbose_name='原因代码')),
                    ('detail', models.TextField(blank=True, verbose_name='说明')),
                    ('more', models.JSONField(default=list, verbose_name='其余错误')),
                    ('branch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='managers.branch', verbose_name='机构')),
                    ('status', models.CharField(choices=[('open', '待处理'), ('replayed', '已重放'), ('dismissed', '已作废')], default='open', max_length=10, verbose_name='状态')),
                    ('corrected', models.JSONField(null=True, verbose_name='更正内容')),
                    ('replay', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replayed_rows', to='ledger.bundle', verbose_name='重放批次')),
                    ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='处理人')),
                    ('decided_at', models.DateTimeField(null=True, verbose_name='处理时间')),
                    ('reason', models.TextField(blank=True, verbose_name='原因')),
                ],
                options={
                    'verbose_name': '隔离行',
                    'verbose_name_plural': '隔离行',
                    'ordering': ['bundle', 'file', 'line'],
                    'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['bundle'], name='quarantine_open')],
                    'constraints': [models.UniqueConstraint(fields=('bundle', 'file', 'line'), name='quarantine_key'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('replay__isnull', True), ('status', 'open')), models.Q(('decided_at__isnull', False), ('replay__isnull', False), ('status', 'replayed')), models.Q(('decided_at__isnull', False), ('replay__isnull', True), ('status', 'dismissed'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='quarantine_decided_whole')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='16550bb8426c596b1305c17befb72a3ba95b236d', operation='DELETE', pgid='pgtrigger_append_only_4364d', table='ledger_quarantinedrow', when='BEFORE')), pgtrigger.compiler.Trigger(name='raw_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."bundle_id" IS DISTINCT FROM (NEW."bundle_id") OR OLD."file" IS DISTINCT FROM (NEW."file") OR OLD."line" IS DISTINCT FROM (NEW."line") OR OLD."raw" IS DISTINCT FROM (NEW."raw"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='cdd168c906d4bab7ffff61ff1b4090d5a81737e0', operation='UPDATE', pgid='pgtrigger_raw_stays_4fc84', table='ledger_quarantinedrow', when='BEFORE')), pgtrigger.compiler.Trigger(name='decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'replayed\', \'dismissed\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='317fb69bde5728b7d2851edd8269326700d4e328', operation='UPDATE', pgid='pgtrigger_decided_once_343cd', table='ledger_quarantinedrow', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('ledger_quarantinedrow', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['raw']::text[], ARRAY[]::text[]); RETURN NULL;", hash='e7ae9afb9c0666f8dcbfeaba3b72c3b3ccb26c95', operation='UPDATE OR DELETE', pgid='pgtrigger_history_2e4ec', table='ledger_quarantinedrow', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='AccountVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='ledger.account', verbose_name='账户')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='managers.customer', verbose_name='客户')),
                    ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.product', verbose_name='产品')),
                    ('currency', models.CharField(max_length=3, verbose_name='币种')),
                    ('opened_on', models.DateField(verbose_name='开户日')),
                    ('closed_on', models.DateField(blank=True, null=True, verbose_name='销户日')),
                    ('superseded_by', models.PositiveBigIntegerField(verbose_name='被批次取代')),
                ],
                options={
                    'verbose_name': '账户旧版本',
                    'verbose_name_plural': '账户旧版本',
                    'ordering': ['account', 'superseded_by', 'id'],
                    'indexes': [models.Index(fields=['account', 'superseded_by'], name='account_version')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='520d8636d952c56da5d248996784ceb35af06f1f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5671e', table='ledger_accountversion', when='BEFORE'))],
                },
            ),
        ]),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='BalanceChange',
                    fields=[
                        ('pk', models.CompositePrimaryKey('account', 'business_date', 'bundle', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='ledger.account', verbose_name='账户')),
                        ('business_date', models.DateField(verbose_name='业务日期')),
                        ('bundle', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='批次')),
                        ('line', models.PositiveIntegerField(verbose_name='行')),
                        ('balance', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='余额')),
                    ],
                    options={
                        'verbose_name': '余额变动',
                        'verbose_name_plural': '余额变动',
                        'ordering': ['account', 'business_date', 'bundle'],
                        'indexes': [models.Index(fields=['business_date'], name='balance_business_date')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('balance__lt', 1000000000000000)), name='balance_is_a_number')],
                    },
                ),
            ],
        ),
        CreateModels([
            migrations.CreateModel(
                name='Chunk',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='ledger.run', verbose_name='日终批次')),
                    ('stage', models.CharField(choices=[('products', '积数'), ('readings', '读数')], max_length=16, verbose_name='阶段')),
                    ('number', models.PositiveIntegerField(verbose_name='块')),
                    ('first_slot', models.PositiveSmallIntegerField()),
                    ('last_slot', models.PositiveSmallIntegerField()),
                    ('rows', models.PositiveBigIntegerField(null=True, verbose_name='行数')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='完成')),
                ],
                options={
                    'verbose_name': '日终分块',
                    'verbose_name_plural': '日终分块',
                    'ordering': ['run', 'stage', 'number'],
                    'constraints': [models.UniqueConstraint(fields=('run', 'stage', 'number'), name='chunk_key'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('rows__isnull', True)), models.Q(('done_at__isnull', False), ('rows__isnull', False)), _connector='OR'), name='chunk_done_has_rows')],
                },
            ),
            migrations.CreateModel(
                name='Reading',
                fields=[
                    ('pk', models.CompositePrimaryKey('run', 'manager', 'window', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='ledger.run')),
                    ('manager', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='managers.clientmanager')),
                    ('window', models.CharField(max_length=16)),
                    ('days', models.PositiveSmallIntegerField()),
                    ('base_days', models.PositiveSmallIntegerField()),
                    ('deposit_product', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=8, max_digits=38, null=True), size=None)),
                    ('loan_product', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=8, max_digits=38, null=True), size=None)),
                    ('settlement_usd', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=8, max_digits=30, null=True), size=None)),
                    ('largest_deposit_product', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=32, null=True), size=None)),
                    ('largest_loan_product', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=2, max_digits=32, null=True), size=None)),
                    ('base_product', django.contrib.postgres.fields.ArrayField(base_field=models.DecimalField(decimal_places=8, max_digits=38, null=True), size=None)),
                    ('base_gap', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=16), size=None)),
                ],
                options={
                    'verbose_name': '指标读数',
                    'verbose_name_plural': '指标读数',
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='61c3e96fc9fcb5773680f064c52aa3c7aa50ab47', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d099f', table='ledger_reading', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='PeriodClosing',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('period', models.CharField(max_length=6, unique=True, verbose_name='期间')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='ledger.run', verbose_name='日终批次')),
                    ('through_bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.bundle', verbose_name='截至批次')),
                    ('checksum', models.CharField(editable=False, max_length=64, verbose_name='校验和')),
                    ('covers', models.JSONField(editable=False, verbose_name='校验范围')),
                    ('closed_at', models.DateTimeField(auto_now_add=True, verbose_name='关账时间')),
                    ('closed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                    ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                    ('reason', models.CharField(max_length=200, verbose_name='原因')),
                ],
                options={
                    'verbose_name': '期间关账',
                    'verbose_name_plural': '期间关账',
                    'ordering': ['-run__business_date', '-period'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('closed_by', models.F('confirmed_by')), _negated=True), name='closing_two_people'), models.CheckConstraint(condition=models.Q(('period__regex', '^\\d{4}(Q[1-4])?$')), name='closing_period'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='closing_has_reason')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='360d0558326c22afe0252743193bf5c70e53075a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_59c9e', table='ledger_periodclosing', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('ledger_periodclosing', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='ee4484087c6d6c92bba7aba012819086727d7ee8', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_77f02', table='ledger_periodclosing', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='AccountPosition',
                fields=[
                    ('account', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='position', serialize=False, to='ledger.account')),
                    ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='managers.customer')),
                    ('bucket', models.CharField(max_length=24, verbose_name='计入')),
                    ('currency', models.CharField(max_length=3, verbose_name='币种')),
                    ('closed_on', models.DateField(null=True, verbose_name='销户日')),
                    ('balance', models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name='余额')),
                    ('value', models.BigIntegerField(default=0, verbose_name='折人民币（分）')),
                ],
                options={
                    'verbose_name': '账户头寸',
                    'verbose_name_plural': '账户头寸',
                },
            ),
            migrations.CreateModel(
                name='RunRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('business_date', models.DateField(verbose_name='业务日期')),
                    ('kind', models.CharField(choices=[('rerun', '重算'), ('waive', '豁免')], max_length=8, verbose_name='申请')),
                    ('reason', models.TextField(verbose_name='原因')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                    ('requested_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='提出时间')),
                    ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                    ('decided_at', models.DateTimeField(null=True, verbose_name='复核时间')),
                    ('decision', models.CharField(blank=True, choices=[('approved', '已批准'), ('refused', '已驳回')], max_length=8, verbose_name='结论')),
                    ('note', models.TextField(blank=True, verbose_name='复核意见')),
                    ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='ledger.run', verbose_name='日终批次')),
                ],
                options={
                    'verbose_name': '日终申请',
                    'verbose_name_plural': '日终申请',
                    'ordering': ['-id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('business_date',), name='request_one_open'), models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length(django.db.models.functions.text.Trim('reason')), 10), name='request_has_reason'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='request_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decision', ''), ('run__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decision', 'approved'), ('run__isnull', False)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decision', 'refused'), ('run__isnull', True)), _connector='OR'), name='request_decided_whole')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='d4c3d24977fb407a7192bb2f6d9634acdf92d687', operation='DELETE', pgid='pgtrigger_append_only_306ca', table='ledger_runrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."decided_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='586b8d276f62ebc7be2c0842d6a247eea62be393', operation='UPDATE', pgid='pgtrigger_decided_once_f07cb', table='ledger_runrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='asked_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."business_date" IS DISTINCT FROM (NEW."business_date") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."requested_by_id" IS DISTINCT FROM (NEW."requested_by_id") OR OLD."requested_at" IS DISTINCT FROM (NEW."requested_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7cba7a86a4ac60818142d03149261107693fc0ab', operation='UPDATE', pgid='pgtrigger_asked_once_ffae6', table='ledger_runrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('ledger_runrequest', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='1ee6b30659949e431bfb24085b2fc16963cec9d0', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_77a26', table='ledger_runrequest', when='AFTER'))],
                },
            ),
        ]),
        migrations.RunSQL(ROOM),
        migrations.RunSQL(KNOWN),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL(GUARD),
    ]
