"""All tables of people, rights, customers, procedures and their history, as they stood after 0014."""

import datetime
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.utils.timezone
import django_fsm
import managers.models.careers
import managers.models.log
import managers.models.notices
import managers.models.portfolio
import managers.models.relations
import managers.models.rotation
import managers.models.sealed
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models
from managers.operations import CreateModels

GUARD = """
-- Whoever changes a customer's shares holds the customer first, so that two who do so see each other. A load
-- holds its customers and looks at their shares itself, to name the line of the file; it says so by a setting.
CREATE FUNCTION managers_shares_at_most_one() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    excess record;
BEGIN
    IF current_setting('cmbank.shares_checked', true) = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM FROM managers_customer WHERE id IN (SELECT customer_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    SELECT h.customer_id, h.day, h.share INTO excess
    FROM (
        SELECT a.customer_id, d.day,
               sum(sum(d.share)) OVER (PARTITION BY a.customer_id ORDER BY d.day) AS share
        FROM managers_assignment a
        CROSS JOIN LATERAL (VALUES (a.starts_on, a.share), (a.ends_on + 1, -a.share)) AS d (day, share)
        WHERE a.customer_id IN (SELECT customer_id FROM changed) AND a.superseded_by IS NULL AND d.day IS NOT NULL
        GROUP BY a.customer_id, d.day
    ) AS h
    WHERE h.share > 1
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'shares of customer % sum to % on %', excess.customer_id, excess.share, excess.day
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_shares_at_most_one';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER assignment_shares_added AFTER INSERT ON managers_assignment
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION managers_shares_at_most_one();
CREATE TRIGGER assignment_shares_changed AFTER UPDATE ON managers_assignment
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION managers_shares_at_most_one();
"""

# Called by every history trigger. An update that changes no kept column leaves no event; a sealed column
# shows only a digest of its ciphertext, enough to see that it changed.
KEEP_HISTORY = """
CREATE FUNCTION managers_keep_history(
    _table text, _key text, _operation text, _old jsonb, _new jsonb, _left_out text[], _sealed text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    _context jsonb := NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb;
    _row text := coalesce(_new, _old) ->> _key;
    _fields text[] := '{}';
    _name text;
BEGIN
    _old := _old - _left_out;
    _new := _new - _left_out;
    IF _old = _new THEN
        RETURN;
    END IF;
    FOREACH _name IN ARRAY _sealed LOOP
        IF _old ->> _name IS NOT NULL THEN
            _old := jsonb_set(_old, ARRAY[_name], to_jsonb('#' || left(encode(sha256(convert_to(
                _old ->> _name, 'UTF8')), 'hex'), 12)));
        END IF;
        IF _new ->> _name IS NOT NULL THEN
            _new := jsonb_set(_new, ARRAY[_name], to_jsonb('#' || left(encode(sha256(convert_to(
                _new ->> _name, 'UTF8')), 'hex'), 12)));
        END IF;
    END LOOP;
    IF _operation = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, o.value), jsonb_object_agg(key, n.value), array_agg(key ORDER BY key)
        INTO _old, _new, _fields
        FROM jsonb_each(_old) AS o JOIN jsonb_each(_new) AS n USING (key)
        WHERE o.value <> n.value;
    END IF;
    INSERT INTO managers_historyevent
        (at, "table", "row", operation, before, after, fields, by_id, context, request, transaction, role)
    VALUES (
        clock_timestamp(), _table, _row, _operation, _old, _new, _fields, (_context ->> 'user')::bigint,
        _context - 'user', NULLIF(current_setting('pghistory.context_id', true), '')::uuid,
        pg_current_xact_id()::text::bigint, session_user
    );
END $$
"""


class Migration(migrations.Migration):

    replaces = [
        ('managers', '0001_initial'),
        ('managers', '0002_shares_at_most_one'),
        ('managers', '0003_relations_and_delegations'),
        ('managers', '0004_notices_and_outbox'),
        ('managers', '0005_sessions_and_passwords'),
        ('managers', '0006_history'),
        ('managers', '0007_handovers'),
        ('managers', '0008_handover_history'),
        ('managers', '0009_careers_and_qualifications'),
        ('managers', '0010_career_history'),
        ('managers', '0011_grants_by_two_people'),
        ('managers', '0012_stored_files'),
        ('managers', '0013_document_scans'),
        ('managers', '0014_training_conduct_rotation'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(KEEP_HISTORY),
        CreateModels([
            migrations.CreateModel(
                name='Branch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=32, unique=True, verbose_name='机构号')),
                    ('name', models.CharField(max_length=120, verbose_name='机构名称')),
                    ('kind', models.CharField(choices=[('head_office', '总行'), ('region', '区域'), ('branch', '分行'), ('rural_bank', '村镇银行'), ('outlet', '营业机构')], max_length=16, verbose_name='类型')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='managers.branch', verbose_name='上级机构')),
                    ('path', models.CharField(default='/', editable=False, max_length=400, verbose_name='路径')),
                ],
                options={
                    'verbose_name': '机构',
                    'verbose_name_plural': '机构',
                    'ordering': ['path'],
                    'indexes': [models.Index(fields=['path'], name='branch_path', opclasses=['varchar_pattern_ops'])],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['head_office', 'region', 'branch', 'rural_bank', 'outlet'])), name='branch_kind_known'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='branch_not_its_own_parent')],
                    'triggers': [pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_branch', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='8328e0205a69a502fc0366bd793404d615b0b839', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_645a5', table='managers_branch', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                    ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('display_name', models.CharField(blank=True, max_length=80, verbose_name='显示名')),
                    ('password_changed_at', models.DateTimeField(blank=True, null=True, verbose_name='密码设定时间')),
                    ('must_change_password', models.BooleanField(default=False, verbose_name='须先修改密码')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'verbose_name': '用户',
                    'verbose_name_plural': '用户',
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_user', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['password', 'last_login']::text[], ARRAY[]::text[]); RETURN NULL;", hash='6f1f194eeff0a588c571bd40a3ac7d75eb3ee5fc', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_339d1', table='managers_user', when='AFTER'))],
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='AuditHead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(unique=True, verbose_name='日期')),
                    ('entries', models.PositiveIntegerField(verbose_name='日志条数')),
                    ('first_entry', models.BigIntegerField(null=True, verbose_name='首条日志')),
                    ('last_entry', models.BigIntegerField(null=True, verbose_name='末条日志')),
                    ('events', models.PositiveIntegerField(verbose_name='变更条数')),
                    ('first_event', models.BigIntegerField(null=True, verbose_name='首条变更')),
                    ('last_event', models.BigIntegerField(null=True, verbose_name='末条变更')),
                    ('horizon', models.BigIntegerField(verbose_name='事务界限')),
                    ('previous', models.CharField(blank=True, max_length=64, verbose_name='前一摘要')),
                    ('digest', models.CharField(max_length=64, verbose_name='摘要')),
                    ('sealed_at', models.DateTimeField(auto_now_add=True, verbose_name='封存时间')),
                ],
                options={
                    'verbose_name': '日志封存',
                    'verbose_name_plural': '日志封存',
                    'ordering': ['-day'],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a9689e525c7df3c73646c2eeab0e685dbf799d84', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d2fb8', table='managers_audithead', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='OutboxMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('topic', models.CharField(max_length=40, verbose_name='主题')),
                    ('payload', models.JSONField(default=dict, verbose_name='内容')),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='建立')),
                    ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发出')),
                    ('handed_to', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='已送达')),
                    ('attempts', models.PositiveIntegerField(default=0, verbose_name='尝试次数')),
                    ('error', models.TextField(blank=True, verbose_name='错误')),
                ],
                options={
                    'verbose_name': '待发消息',
                    'verbose_name_plural': '待发消息',
                    'db_table': 'ledger_outboxmessage',
                    'ordering': ['-id'],
                    'indexes': [models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['id'], name='outbox_unsent')],
                },
            ),
            migrations.CreateModel(
                name='Grant',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                    ('role', models.CharField(max_length=32, verbose_name='角色')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='managers.branch', verbose_name='机构')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('granted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='授予人')),
                    ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                    ('granted_at', models.DateTimeField(blank=True, null=True, verbose_name='申请时间')),
                    ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                    ('refused_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='驳回人')),
                    ('refused_at', models.DateTimeField(blank=True, null=True, verbose_name='驳回时间')),
                    ('reason', models.CharField(blank=True, max_length=200, verbose_name='授权原因')),
                ],
                options={
                    'verbose_name': '授权',
                    'verbose_name_plural': '授权',
                    'ordering': ['user', 'role', 'starts_on'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('refused_at__isnull', True)), fields=('user', 'role', 'branch', 'starts_on'), name='grant_key'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', django.db.models.expressions.CombinedExpression(models.F('starts_on'), '-', models.Value(datetime.timedelta(days=1)))), _connector='OR'), name='grant_dates'), models.CheckConstraint(condition=models.Q(models.Q(('refused_at__isnull', True), ('refused_by__isnull', True)), models.Q(('confirmed_by__isnull', True), ('refused_at__isnull', False), ('refused_by__isnull', False)), _connector='OR'), name='grant_refused_whole'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', True), ('granted_by__isnull', True)), models.Q(('granted_by__isnull', False), models.Q(('granted_by', models.F('confirmed_by')), _negated=True), models.Q(('granted_by', models.F('user')), _negated=True), models.Q(('confirmed_by', models.F('user')), _negated=True)), _connector='OR'), name='grant_two_people')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='425d62374488052bbf6bee0edb7b496a4602f39a', operation='DELETE', pgid='pgtrigger_keep_49425', table='managers_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='given_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."granted_by_id" IS DISTINCT FROM (NEW."granted_by_id") OR OLD."granted_at" IS DISTINCT FROM (NEW."granted_at") OR OLD."reason" IS DISTINCT FROM (NEW."reason"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7d936127b3a57e729b1d9f463ee0488f1e82fa4f', operation='UPDATE', pgid='pgtrigger_given_once_c1a83', table='managers_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."refused_at" IS NOT NULL OR (OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id") AND OLD."confirmed_by_id" IS NOT NULL))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='deb4860951425664d54df27ca89846bca0e93aff', operation='UPDATE', pgid='pgtrigger_decided_once_1148e', table='managers_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='only_shortened', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ends_on" IS NOT NULL AND (NEW."ends_on" IS NULL OR NEW."ends_on" > (OLD."ends_on")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='118814b95af802b286c9ca487e2d454b05dfeb60', operation='UPDATE', pgid='pgtrigger_only_shortened_f04e5', table='managers_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='excluded', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.confirmed_by_id IS NULL OR NEW.ends_on < NEW.starts_on THEN\n        RETURN NEW;\n    END IF;\n    PERFORM FROM managers_user WHERE id = NEW.user_id FOR NO KEY UPDATE;\n    IF NEW.role IN ('api_client', 'auditor', 'platform_admin', 'security_admin') AND EXISTS (\n        SELECT FROM managers_clientmanager WHERE user_id = NEW.user_id\n    ) THEN\n        RAISE EXCEPTION 'a client manager may not hold the role %', NEW.role;\n    END IF;\n    IF EXISTS (\n        \n    SELECT FROM (\n        SELECT g.id, g.role, (CASE WHEN g.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE b.path END) AS path, g.starts_on,\n               coalesce(g.ends_on, 'infinity') AS ends_on\n        FROM managers_grant g JOIN managers_branch b ON b.id = g.branch_id\n        WHERE g.user_id = NEW.user_id AND (g.granted_by_id IS NULL OR g.confirmed_by_id IS NOT NULL)\n      UNION ALL\n        SELECT g.id, g.role, (CASE WHEN g.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE b.path END), greatest(d.starts_on, g.starts_on),\n               least(d.ends_on, coalesce(g.ends_on, 'infinity'))\n        FROM managers_delegation d JOIN managers_grant g ON g.id = d.grant_id\n        JOIN managers_branch b ON b.id = g.branch_id\n        WHERE d.to_id = NEW.user_id AND d.ended_at IS NULL\n    ) held\n    WHERE held.id <> NEW.id AND held.role <> NEW.role AND held.starts_on <= held.ends_on\n      AND held.starts_on <= coalesce(NEW.ends_on, 'infinity') AND NEW.starts_on <= held.ends_on\n      AND (held.role IN ('api_client', 'auditor', 'platform_admin', 'security_admin') OR NEW.role IN ('api_client', 'auditor', 'platform_admin', 'security_admin')\n           OR ((held.role, NEW.role) IN (('branch_hr', 'branch_market'), ('branch_hr', 'branch_risk'), ('branch_hr', 'group_chair'), ('branch_hr', 'group_member'), ('branch_hr', 'head_risk'), ('branch_hr', 'outlet_head'), ('branch_market', 'branch_hr'), ('branch_market', 'branch_risk'), ('branch_market', 'head_hr'), ('branch_market', 'head_risk'), ('branch_market', 'outlet_head'), ('branch_risk', 'branch_hr'), ('branch_risk', 'branch_market'), ('branch_risk', 'group_chair'), ('branch_risk', 'group_member'), ('branch_risk', 'head_hr'), ('branch_risk', 'outlet_head'), ('group_chair', 'branch_hr'), ('group_chair', 'branch_risk'), ('group_chair', 'head_hr'), ('group_chair', 'head_risk'), ('group_member', 'branch_hr'), ('group_member', 'branch_risk'), ('group_member', 'head_hr'), ('group_member', 'head_risk'), ('head_hr', 'branch_market'), ('head_hr', 'branch_risk'), ('head_hr', 'group_chair'), ('head_hr', 'group_member'), ('head_hr', 'head_risk'), ('head_hr', 'outlet_head'), ('head_risk', 'branch_hr'), ('head_risk', 'branch_market'), ('head_risk', 'group_chair'), ('head_risk', 'group_member'), ('head_risk', 'head_hr'), ('head_risk', 'outlet_head'), ('outlet_head', 'branch_hr'), ('outlet_head', 'branch_market'), ('outlet_head', 'branch_risk'), ('outlet_head', 'head_hr'), ('outlet_head', 'head_risk'))\n               AND (starts_with(held.path, (SELECT (CASE WHEN NEW.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE n.path END) FROM managers_branch n WHERE n.id = NEW.branch_id)) OR starts_with((SELECT (CASE WHEN NEW.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE n.path END) FROM managers_branch n WHERE n.id = NEW.branch_id), held.path))))\n\n    ) THEN\n        RAISE EXCEPTION 'user % holds a role that excludes %', NEW.user_id, NEW.role;\n    END IF;\n    RETURN NEW;\n", hash='867bce97b969fee8f0a6a298ceb8b7c2a7a26a9d', operation='INSERT OR UPDATE', pgid='pgtrigger_excluded_c9184', table='managers_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_grant', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='b2b9495b67fef1f4790a41e241798a993df8d0b5', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_0e8bd', table='managers_grant', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ApiToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                    ('name', models.CharField(max_length=80, verbose_name='用途')),
                    ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='摘要')),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name='权限范围')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('expires_at', models.DateTimeField(verbose_name='到期')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='吊销时间')),
                ],
                options={
                    'verbose_name': '接口令牌',
                    'verbose_name_plural': '接口令牌',
                    'ordering': ['-created_at'],
                    'triggers': [pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_apitoken', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['digest']::text[], ARRAY[]::text[]); RETURN NULL;", hash='d11ce6f546eeb900e4bbebfb42b452bc877685e2', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_0b6c4', table='managers_apitoken', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ClientManager',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('employee_no', models.CharField(max_length=32, unique=True, verbose_name='工号')),
                    ('name', models.CharField(max_length=80, verbose_name='姓名')),
                    ('pinyin', models.CharField(blank=True, db_index=True, editable=False, max_length=200, verbose_name='拼音')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='managers', to='managers.branch', verbose_name='机构')),
                    ('line', models.CharField(choices=[('corporate', '公司'), ('personal', '个人'), ('integrated', '综合'), ('micro', '小额')], max_length=16, verbose_name='条线')),
                    ('hired_on', models.DateField(verbose_name='入行日期')),
                    ('post_started_on', models.DateField(verbose_name='任现职日期')),
                    ('grade_code', models.CharField(help_text='名册随批次送达的等级', max_length=32, verbose_name='名册等级')),
                    ('education', models.CharField(blank=True, max_length=32, verbose_name='学历')),
                    ('title_level', models.CharField(blank=True, max_length=32, verbose_name='职称')),
                    ('status', django_fsm.FSMField(choices=[('candidate', '候选'), ('trainee', '见习'), ('on_post', '在岗'), ('suspended', '停职'), ('back_office', '转内勤'), ('left', '离职')], default='on_post', max_length=16, protected=True, verbose_name='状态')),
                    ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='client_manager', to=settings.AUTH_USER_MODEL, verbose_name='登录账号')),
                    ('identity_no', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='身份证号')),
                    ('identity_index', models.CharField(blank=True, db_default='', default='', editable=False, max_length=64)),
                    ('phone', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='手机')),
                    ('address', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='住址')),
                    ('family', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='家庭成员')),
                ],
                options={
                    'verbose_name': '客户经理',
                    'verbose_name_plural': '客户经理',
                    'ordering': ['employee_no'],
                    'indexes': [models.Index(condition=models.Q(('identity_index__gt', '')), fields=['identity_index'], name='manager_identity')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('line__in', ['corporate', 'personal', 'integrated', 'micro'])), name='manager_line_known'), models.CheckConstraint(condition=models.Q(('status__in', ['candidate', 'trainee', 'on_post', 'suspended', 'back_office', 'left'])), name='manager_status_known')],
                    'triggers': [pgtrigger.compiler.Trigger(name='career', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{candidate:trainee,trainee:on_post,on_post:suspended,suspended:on_post,trainee:back_office,on_post:back_office,suspended:back_office,back_office:on_post,candidate:left,trainee:left,on_post:left,suspended:left,back_office:left}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='82eb8e968b863662c2dc2b778f9c41a166c9d8eb', operation='UPDATE', pgid='pgtrigger_career_d7b32', table='managers_clientmanager', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_clientmanager', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['pinyin', 'identity_index']::text[], ARRAY['identity_no', 'phone', 'address', 'family']::text[]); RETURN NULL;", hash='251d43151e763048e0bfbea17e56b2519fd6f164', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_fd91f', table='managers_clientmanager', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ScreeningCampaign',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=120, verbose_name='名称')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='managers.branch', verbose_name='机构')),
                    ('starts_on', models.DateField(verbose_name='排查期间起')),
                    ('ends_on', models.DateField(verbose_name='排查期间止')),
                    ('due_on', models.DateField(verbose_name='完成期限')),
                    ('items', models.JSONField(verbose_name='排查项目')),
                    ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
                    ('opened_on', models.DateField(verbose_name='发起日期')),
                    ('closed_on', models.DateField(blank=True, null=True, verbose_name='结束日期')),
                    ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='结束人')),
                ],
                options={
                    'verbose_name': '行为排查',
                    'verbose_name_plural': '行为排查',
                    'ordering': ['-opened_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on')), ('due_on__gte', models.F('opened_on'))), name='campaign_dates'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='campaign_title'), models.CheckConstraint(condition=models.Q(models.Q(('closed_by__isnull', True), ('closed_on__isnull', True)), models.Q(('closed_by__isnull', False), ('closed_on__isnull', False)), _connector='OR'), name='campaign_closed_by_somebody')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='1687eee93170cc8ce47b0de170866c2e5b41c20c', operation='DELETE', pgid='pgtrigger_keep_ac2fc', table='managers_screeningcampaign', when='BEFORE')), pgtrigger.compiler.Trigger(name='opened_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."items" IS DISTINCT FROM (NEW."items") OR OLD."opened_by_id" IS DISTINCT FROM (NEW."opened_by_id") OR OLD."opened_on" IS DISTINCT FROM (NEW."opened_on"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='38eacd75ea70c54844c12eec3e9880a693be0b6d', operation='UPDATE', pgid='pgtrigger_opened_once_f1966', table='managers_screeningcampaign', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_screeningcampaign', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='2d918ae8f011abe616b5d61f741bf3ca72cbd53a', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_ddf9e', table='managers_screeningcampaign', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='CrossInspection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('quarter', models.CharField(max_length=6, verbose_name='季度')),
                    ('inspected', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='managers.branch', verbose_name='被检查机构')),
                    ('inspecting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections_made', to='managers.branch', verbose_name='检查机构')),
                    ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='检查人')),
                    ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='同查人')),
                    ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='安排人')),
                    ('planned_on', models.DateField(verbose_name='安排日期')),
                    ('state', django_fsm.FSMField(choices=[('planned', '待检查'), ('done', '已检查'), ('cancelled', '已取消')], default='planned', max_length=50, protected=True, verbose_name='状态')),
                    ('held_on', models.DateField(blank=True, null=True, verbose_name='检查日期')),
                    ('conclusion', models.CharField(blank=True, max_length=1000, verbose_name='检查结论')),
                    ('completed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('completed_at', models.DateTimeField(null=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '交叉检查',
                    'verbose_name_plural': '交叉检查',
                    'ordering': ['-quarter', 'inspected__path'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['planned', 'done'])), fields=('quarter', 'inspected'), name='inspection_a_quarter'), models.CheckConstraint(condition=models.Q(('inspected', models.F('inspecting')), _negated=True), name='inspection_of_another'), models.CheckConstraint(condition=models.Q(('lead', models.F('second')), _negated=True), name='inspection_two_people'), models.CheckConstraint(condition=models.Q(('quarter__regex', '^20[0-9]{2}Q[1-4]$')), name='inspection_quarter'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('completed_by__isnull', False), ('conclusion__gt', ''), ('held_on__isnull', False)), _connector='OR'), name='inspection_done')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{planned:done,planned:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='42597bff0cdea8b61ff1a3974bb96df8c3d22933', operation='UPDATE', pgid='pgtrigger_state_machine_9a09c', table='managers_crossinspection', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b129c96135820da7f1fbae30e2f770b22ce72f82', operation='DELETE', pgid='pgtrigger_keep_dac09', table='managers_crossinspection', when='BEFORE')), pgtrigger.compiler.Trigger(name='done_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'planned\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6c6455ecddb72ee9762812d8f479bae4f605cf3b', operation='UPDATE', pgid='pgtrigger_done_once_c3e4a', table='managers_crossinspection', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_crossinspection', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY['conclusion']::text[]); RETURN NULL;", hash='a359fd760052f698f6e4a13273f0a6d526528bdb', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_3ea60', table='managers_crossinspection', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='StoredExport',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导出人')),
                    ('title', models.CharField(max_length=120, verbose_name='内容')),
                    ('reason', models.TextField(verbose_name='原因')),
                    ('rows', models.PositiveIntegerField(verbose_name='行数')),
                    ('made_at', models.DateTimeField(verbose_name='导出时间')),
                    ('expires_at', models.DateTimeField(verbose_name='有效期至')),
                    ('removed_at', models.DateTimeField(null=True, verbose_name='删除时间')),
                ],
                options={
                    'verbose_name': '导出文件',
                    'verbose_name_plural': '导出文件',
                    'ordering': ['-made_at'],
                    'indexes': [models.Index(condition=models.Q(('removed_at', None)), fields=['expires_at'], name='export_left')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='export_expires'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='export_has_reason')],
                    'triggers': [pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_storedexport', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='d30eb2fe6778fa8fd307d2db7ab47a925349fddb', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_56537', table='managers_storedexport', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Customer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('customer_no', models.CharField(max_length=32, unique=True, verbose_name='客户号')),
                    ('name', models.CharField(max_length=160, verbose_name='客户名称')),
                    ('kind', models.CharField(choices=[('corporate', '公司客户'), ('personal', '个人客户')], max_length=16, verbose_name='类型')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='managers.branch', verbose_name='机构')),
                    ('identity_no', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='证件号')),
                    ('identity_index', models.CharField(blank=True, db_default='', default='', editable=False, max_length=64)),
                    ('phone', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='手机')),
                ],
                options={
                    'verbose_name': '客户',
                    'verbose_name_plural': '客户',
                    'ordering': ['customer_no'],
                    'indexes': [models.Index(condition=models.Q(('identity_index__gt', '')), fields=['identity_index'], name='customer_identity')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['corporate', 'personal'])), name='customer_kind_known')],
                    'triggers': [pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_customer', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['identity_index']::text[], ARRAY['identity_no', 'phone']::text[]); RETURN NULL;", hash='59ae22fb7f8873a57514e4b8ddba8e656d492247', operation='UPDATE OR DELETE', pgid='pgtrigger_history_13f09', table='managers_customer', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='HistoryEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(verbose_name='时间')),
                    ('table', models.CharField(max_length=63, verbose_name='数据表')),
                    ('row', models.CharField(max_length=40, verbose_name='记录')),
                    ('operation', models.CharField(choices=[('INSERT', '新增'), ('UPDATE', '修改'), ('DELETE', '删除')], max_length=6, verbose_name='操作')),
                    ('before', models.JSONField(null=True, verbose_name='原值')),
                    ('after', models.JSONField(null=True, verbose_name='新值')),
                    ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), default=list, size=None, verbose_name='字段')),
                    ('by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                    ('context', models.JSONField(null=True, verbose_name='来源')),
                    ('request', models.UUIDField(null=True, verbose_name='请求')),
                    ('transaction', models.BigIntegerField(verbose_name='事务')),
                    ('role', models.CharField(max_length=63, verbose_name='数据库角色')),
                ],
                options={
                    'verbose_name': '变更历史',
                    'verbose_name_plural': '变更历史',
                    'ordering': ['-at', '-id'],
                    'indexes': [models.Index(fields=['-at', '-id'], name='history_latest'), models.Index(fields=['by', '-at', '-id'], name='history_by'), models.Index(fields=['table', 'row', '-at', '-id'], name='history_record'), models.Index(fields=['transaction'], name='history_transaction'), django.contrib.postgres.indexes.GinIndex(fields=['fields'], name='history_fields')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1943fcc6168ae04e394fd39ec40f9ed0af6bf02a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4d4a9', table='managers_historyevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='LogEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='时间')),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                    ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='代表')),
                    ('action', models.CharField(max_length=60, verbose_name='动作')),
                    ('subject', models.CharField(db_index=True, max_length=120, verbose_name='对象')),
                    ('from_state', models.CharField(blank=True, max_length=24, verbose_name='由')),
                    ('to_state', models.CharField(blank=True, max_length=24, verbose_name='至')),
                    ('reason', models.TextField(blank=True, verbose_name='原因')),
                    ('detail', models.JSONField(default=dict, verbose_name='明细')),
                    ('key', models.CharField(editable=False, max_length=64, null=True, unique=True, verbose_name='幂等键')),
                    ('request', models.UUIDField(db_default=managers.models.log.ThisRequest(), editable=False, null=True, verbose_name='请求')),
                    ('transaction', models.BigIntegerField(db_default=managers.models.log.ThisTransaction(), db_index=True, editable=False, verbose_name='事务')),
                ],
                options={
                    'verbose_name': '操作日志',
                    'verbose_name_plural': '操作日志',
                    'ordering': ['-at', '-id'],
                    'indexes': [models.Index(fields=['-at', '-id'], name='log_latest'), models.Index(fields=['by', '-at', '-id'], name='log_by'), models.Index(fields=['subject', '-at', '-id'], name='log_subject')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4b63c7423e6d06ba26d3bf8959072163466452e3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d6b71', table='managers_logentry', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='收件人')),
                    ('code', models.CharField(max_length=60, verbose_name='事项')),
                    ('tone', models.CharField(choices=[('todo', '待办'), ('reminder', '催办'), ('escalation', '上报'), ('news', '通知')], max_length=12, verbose_name='类别')),
                    ('words', models.JSONField(default=dict, verbose_name='内容')),
                    ('subject', models.CharField(db_index=True, max_length=120, verbose_name='对象')),
                    ('url', models.CharField(blank=True, max_length=300, verbose_name='页面')),
                    ('due_on', models.DateField(null=True, verbose_name='期限')),
                    ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                    ('read_at', models.DateTimeField(null=True, verbose_name='已读')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='已办')),
                    ('dedupe', models.CharField(editable=False, max_length=64, unique=True, verbose_name='去重键')),
                ],
                options={
                    'verbose_name': '通知',
                    'verbose_name_plural': '通知',
                    'ordering': ['-id'],
                    'indexes': [models.Index(condition=models.Q(('done_at__isnull', True), ('read_at__isnull', True)), fields=['to'], name='notice_unread'), models.Index(condition=models.Q(('done_at__isnull', True), ('tone__in', ('todo', 'reminder', 'escalation'))), fields=['to', 'due_on'], name='notice_waiting'), models.Index(fields=['to', '-id'], name='notice_of')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('tone__in', ['todo', 'reminder', 'escalation', 'news'])), name='notice_tone_known'), models.CheckConstraint(condition=models.Q(('done_at__isnull', True), models.Q(('tone', 'news'), _negated=True), _connector='OR'), name='notice_done_was_asked'), models.CheckConstraint(condition=models.Q(('url', ''), ('url__regex', '^/([^/\\\\]|$)'), _connector='OR'), name='notice_url_inside')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5e5167cac941a463f5cfbdcbe4b1ecd8ffdd0fdd', operation='DELETE', pgid='pgtrigger_append_only_375eb', table='managers_notice', when='BEFORE')), pgtrigger.compiler.Trigger(name='told_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."to_id" IS DISTINCT FROM (NEW."to_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."tone" IS DISTINCT FROM (NEW."tone") OR OLD."words" IS DISTINCT FROM (NEW."words") OR OLD."subject" IS DISTINCT FROM (NEW."subject") OR OLD."url" IS DISTINCT FROM (NEW."url") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dedupe" IS DISTINCT FROM (NEW."dedupe"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='08f3e4fb54491dad361c2f578f90d8b48ece430a', operation='UPDATE', pgid='pgtrigger_told_once_5f758', table='managers_notice', when='BEFORE')), pgtrigger.compiler.Trigger(name='read_and_done_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."read_at" IS NOT NULL AND OLD."read_at" IS DISTINCT FROM (NEW."read_at")) OR (OLD."done_at" IS NOT NULL AND OLD."done_at" IS DISTINCT FROM (NEW."done_at")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='75d4e49daa6c5ea6d860cea4de34c5e44c42ba8b', operation='UPDATE', pgid='pgtrigger_read_and_done_once_36c3c', table='managers_notice', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='NoticeSettings',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_settings', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                    ('mailed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('todo', '待办'), ('reminder', '催办'), ('escalation', '上报'), ('news', '通知')], max_length=12), blank=True, default=managers.models.notices.every_tone, size=None, verbose_name='邮件提醒')),
                    ('language', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], default='zh-hans', max_length=8, verbose_name='邮件语言')),
                ],
                options={
                    'verbose_name': '通知设置',
                    'verbose_name_plural': '通知设置',
                    'constraints': [models.CheckConstraint(condition=models.Q(('mailed__contained_by', ['todo', 'reminder', 'escalation', 'news'])), name='notice_settings_tones'), models.CheckConstraint(condition=models.Q(('language__in', ['zh-hans', 'en'])), name='notice_settings_language')],
                },
            ),
            migrations.CreateModel(
                name='ExamBatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=120, verbose_name='考试')),
                    ('exam_on', models.DateField(verbose_name='考试日期')),
                    ('pass_mark', models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name='合格线')),
                    ('file_name', models.CharField(max_length=160, verbose_name='文件')),
                    ('rows', models.JSONField(verbose_name='成绩行')),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                    ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                    ('applied_at', models.DateTimeField(null=True, verbose_name='登记时间')),
                    ('applied', models.PositiveIntegerField(default=0, verbose_name='登记人数')),
                ],
                options={
                    'verbose_name': '考试成绩批次',
                    'verbose_name_plural': '考试成绩批次',
                    'ordering': ['-id'],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='07ab574785cdccab5983e1e943297b95eeff8cf1', operation='DELETE', pgid='pgtrigger_keep_32d0c', table='managers_exambatch', when='BEFORE')), pgtrigger.compiler.Trigger(name='once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."applied_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5272e2deac17fd22478e7bb537f8e6eec57d12b8', operation='UPDATE', pgid='pgtrigger_once_c7f5c', table='managers_exambatch', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_exambatch', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='d48ed6f45a819a2896032dc4841fe1ac87ded51e', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_9940d', table='managers_exambatch', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='RotationLimit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('post', '同一岗位'), ('place', '同一机构'), ('leave', '强制休假间隔')], max_length=8, verbose_name='种类')),
                    ('position', models.CharField(blank=True, max_length=80, verbose_name='岗位')),
                    ('months', models.PositiveSmallIntegerField(verbose_name='月数')),
                    ('days', models.PositiveSmallIntegerField(default=0, verbose_name='每次至少天数')),
                    ('starts_on', models.DateField(verbose_name='自')),
                    ('cites', models.CharField(max_length=200, verbose_name='依据')),
                    ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('set_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '轮岗期限',
                    'verbose_name_plural': '轮岗期限',
                    'ordering': ['kind', 'position', '-starts_on', '-id'],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'position', 'starts_on'), name='rotation_limit_a_day'), models.CheckConstraint(condition=models.Q(('kind__in', ['post', 'place', 'leave'])), name='rotation_limit_kind'), models.CheckConstraint(condition=models.Q(('months__lte', 600)), name='rotation_limit_months'), models.CheckConstraint(condition=models.Q(('cites', ''), _negated=True), name='rotation_limit_cites')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1423f3ecdca28510ecb740b69d1706613e1fd03f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_77eca', table='managers_rotationlimit', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_rotationlimit', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='f9a2c5a21ce74fd022a9c73f8d6279efa366f579', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_303e5', table='managers_rotationlimit', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Session',
                fields=[
                    ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                    ('session_data', models.TextField(verbose_name='session data')),
                    ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                ],
                options={
                    'verbose_name': '会话',
                    'verbose_name_plural': '会话',
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='PastPassword',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='past_passwords', to=settings.AUTH_USER_MODEL)),
                    ('hash', models.CharField(editable=False, max_length=128)),
                    ('replaced_at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': '历史密码',
                    'verbose_name_plural': '历史密码',
                    'ordering': ['-replaced_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='TrainingPlan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=120, verbose_name='课程')),
                    ('content', models.CharField(blank=True, max_length=500, verbose_name='内容')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training', to='managers.branch', verbose_name='机构')),
                    ('lines', models.JSONField(blank=True, default=list, verbose_name='条线')),
                    ('grades', models.JSONField(blank=True, default=list, verbose_name='等级')),
                    ('rhythm', models.CharField(choices=[('once', '一次'), ('weekly', '每周')], default='once', max_length=8, verbose_name='频次')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(verbose_name='止')),
                    ('hours', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='每次学时')),
                    ('pass_mark', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='合格线')),
                    ('retake_days', models.PositiveSmallIntegerField(default=14, verbose_name='补考期限（天）')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='制定人')),
                    ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='制定时间')),
                    ('cancelled_on', models.DateField(blank=True, null=True, verbose_name='取消日期')),
                    ('cancelled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='取消人')),
                ],
                options={
                    'verbose_name': '培训计划',
                    'verbose_name_plural': '培训计划',
                    'ordering': ['-starts_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='training_dates'), models.CheckConstraint(condition=models.Q(('hours__gt', 0)), name='training_hours'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='training_title'), models.CheckConstraint(condition=models.Q(('pass_mark__isnull', True), models.Q(('pass_mark__gt', 0), ('pass_mark__lte', 1000)), _connector='OR'), name='training_pass_mark'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_by__isnull', True), ('cancelled_on__isnull', True)), models.Q(('cancelled_by__isnull', False), ('cancelled_on__isnull', False)), _connector='OR'), name='training_cancelled_by_somebody')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a6892f1b625404c0aa5565314cf71fd7f16957b5', operation='DELETE', pgid='pgtrigger_keep_178f0', table='managers_trainingplan', when='BEFORE')), pgtrigger.compiler.Trigger(name='made_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."lines" IS DISTINCT FROM (NEW."lines") OR OLD."grades" IS DISTINCT FROM (NEW."grades") OR OLD."rhythm" IS DISTINCT FROM (NEW."rhythm") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."pass_mark" IS DISTINCT FROM (NEW."pass_mark") OR OLD."retake_days" IS DISTINCT FROM (NEW."retake_days") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='998a85f13169d72cf1f9ef813ab0d8b59db7f19d', operation='UPDATE', pgid='pgtrigger_made_once_49765', table='managers_trainingplan', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_trainingplan', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='6eb459877b53cff0b9ea04a0e09870421bb9d0ad', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_b01f2', table='managers_trainingplan', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Posting',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='managers.clientmanager', verbose_name='客户经理')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='managers.branch', verbose_name='机构')),
                    ('position', models.CharField(blank=True, max_length=80, verbose_name='岗位')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('reason', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '任职记录',
                    'verbose_name_plural': '任职记录',
                    'ordering': ['manager', '-starts_on'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='posting_dates'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('manager',), name='posting_one_open'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('manager', '='), (managers.models.careers._Tenure('starts_on', 'ends_on', models.Value('[]')), '&&')], name='posting_one_at_a_time')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5730668c071e7222dacd8c5591056fdb1a5e9f92', operation='DELETE', pgid='pgtrigger_keep_2d3a6', table='managers_posting', when='BEFORE')), pgtrigger.compiler.Trigger(name='only_ended', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ends_on" IS NOT NULL OR OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c434917405f8d27f04e39af04eb0bf76f77c1d4b', operation='UPDATE', pgid='pgtrigger_only_ended_32751', table='managers_posting', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_posting', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='0b7a61d202afba44da7e84492866b85257a50dfc', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_eb595', table='managers_posting', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ConductFinding',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='managers.clientmanager', verbose_name='客户经理')),
                    ('source', models.CharField(choices=[('screening', '行为排查'), ('visit', '家访'), ('inspection', '交叉检查'), ('report', '举报'), ('audit', '稽核检查'), ('other', '其他')], max_length=12, verbose_name='来源')),
                    ('basis', models.CharField(blank=True, max_length=60, verbose_name='依据')),
                    ('severity', models.CharField(choices=[('minor', '一般'), ('serious', '严重')], max_length=8, verbose_name='程度')),
                    ('summary', models.CharField(max_length=1000, verbose_name='问题')),
                    ('opened_on', models.DateField(verbose_name='发现日期')),
                    ('due_on', models.DateField(verbose_name='整改期限')),
                    ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='提出时间')),
                    ('state', django_fsm.FSMField(choices=[('open', '待整改'), ('rectified', '已整改，待核销'), ('closed', '已了结'), ('dismissed', '不成立')], default='open', max_length=50, protected=True, verbose_name='状态')),
                    ('state_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='进入状态时间')),
                    ('measures', models.CharField(blank=True, max_length=1000, verbose_name='整改情况')),
                    ('rectified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='整改报告人')),
                    ('conclusion', models.CharField(blank=True, max_length=1000, verbose_name='结论与证据')),
                    ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='了结人')),
                    ('settled_on', models.DateField(blank=True, null=True, verbose_name='了结日期')),
                    ('told_on', models.DateField(blank=True, null=True, verbose_name='告知日期')),
                ],
                options={
                    'verbose_name': '行为问题',
                    'verbose_name_plural': '行为问题',
                    'ordering': ['-opened_on', '-id'],
                    'indexes': [models.Index(fields=['state', 'due_on'], name='finding_queue'), models.Index(condition=models.Q(('severity', 'serious'), ('state__in', ['open', 'rectified'])), fields=['manager'], name='finding_blocks')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('severity__in', ['minor', 'serious'])), name='finding_severity'), models.CheckConstraint(condition=models.Q(('due_on__gte', models.F('opened_on'))), name='finding_dates'), models.CheckConstraint(condition=models.Q(('summary', ''), _negated=True), name='finding_summary'), models.CheckConstraint(condition=models.Q(('settled_by__isnull', True), models.Q(models.Q(('settled_by', models.F('opened_by')), _negated=True), models.Q(('rectified_by__isnull', True), models.Q(('settled_by', models.F('rectified_by')), _negated=True), _connector='OR')), _connector='OR'), name='finding_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('settled_by', None), ('settled_on', None), ('state__in', ['open', 'rectified']), ('told_on', None)), models.Q(('conclusion__gt', ''), ('settled_by__isnull', False), ('settled_on__gte', models.F('opened_on')), ('state__in', ['closed', 'dismissed'])), _connector='OR'), name='finding_settled_with_evidence'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['rectified', 'closed']), _negated=True), models.Q(('measures__gt', ''), ('rectified_by__isnull', False)), _connector='OR'), name='finding_rectified_by_somebody')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:rectified,open:dismissed,rectified:open,rectified:closed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='14bb612c51b70391226d259f2aabf74322cfe15f', operation='UPDATE', pgid='pgtrigger_state_machine_9dc75', table='managers_conductfinding', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8740a9a0da44a3fba8f9a41bce439590fb115cee', operation='DELETE', pgid='pgtrigger_keep_89d73', table='managers_conductfinding', when='BEFORE')), pgtrigger.compiler.Trigger(name='opened_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."severity" IS DISTINCT FROM (NEW."severity") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."opened_on" IS DISTINCT FROM (NEW."opened_on") OR OLD."opened_by_id" IS DISTINCT FROM (NEW."opened_by_id") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='911d4b2ba220942a2b35cebe7e21223e9b225ce1', operation='UPDATE', pgid='pgtrigger_opened_once_e3bc3', table='managers_conductfinding', when='BEFORE')), pgtrigger.compiler.Trigger(name='settled_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."settled_by_id" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ab5525b4b0ccb9d0a8e47b79a93cefd778c504d8', operation='UPDATE', pgid='pgtrigger_settled_once_e5d8a', table='managers_conductfinding', when='BEFORE')), pgtrigger.compiler.Trigger(name='not_about_oneself', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM managers_clientmanager m\n                WHERE m.id = NEW.manager_id AND m.user_id IN (NEW.opened_by_id, NEW.rectified_by_id, NEW.settled_by_id)\n            ) THEN\n                RAISE EXCEPTION 'nobody takes a part in the own case'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'conduct_not_about_oneself';\n            END IF;\n            RETURN NEW;\n        ", hash='847ca20890925d8916b44ebd71253da2c395f123', operation='INSERT OR UPDATE', pgid='pgtrigger_not_about_oneself_9f5d4', table='managers_conductfinding', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_conductfinding', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY['summary', 'measures', 'conclusion']::text[]); RETURN NULL;", hash='559bd9aa61c53f8b3888f26b62133b40e5cecee5', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_e1cd8', table='managers_conductfinding', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ScreeningSheet',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='managers.screeningcampaign', verbose_name='行为排查')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='screenings', to='managers.clientmanager', verbose_name='客户经理')),
                    ('state', django_fsm.FSMField(choices=[('waiting', '待填写'), ('filled', '已填写'), ('dropped', '不再填写')], default='waiting', max_length=50, protected=True, verbose_name='状态')),
                    ('answers', models.JSONField(default=list, verbose_name='排查结果')),
                    ('filled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='填写人')),
                    ('filled_on', models.DateField(null=True, verbose_name='填写日期')),
                    ('filled_at', models.DateTimeField(null=True, verbose_name='填写时间')),
                ],
                options={
                    'verbose_name': '行为排查表',
                    'verbose_name_plural': '行为排查表',
                    'ordering': ['campaign', 'manager__employee_no'],
                    'constraints': [models.UniqueConstraint(fields=('campaign', 'manager'), name='screening_one_sheet'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'filled'), _negated=True), models.Q(('filled_by__isnull', False), ('filled_on__isnull', False)), _connector='OR'), name='screening_filled_by_somebody')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:filled,waiting:dropped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='65063ade31a153935fd11a0f6accefc61a009641', operation='UPDATE', pgid='pgtrigger_state_machine_4e1a4', table='managers_screeningsheet', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='01e842f5574786e05d3e9482eb863feb2607f4a3', operation='DELETE', pgid='pgtrigger_keep_58212', table='managers_screeningsheet', when='BEFORE')), pgtrigger.compiler.Trigger(name='filled_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'waiting\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='79cec66f4879dc520365f486a23c27b2d9534371', operation='UPDATE', pgid='pgtrigger_filled_once_2c0db', table='managers_screeningsheet', when='BEFORE')), pgtrigger.compiler.Trigger(name='not_about_oneself', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM managers_clientmanager m\n                WHERE m.id = NEW.manager_id AND m.user_id IN (NEW.filled_by_id)\n            ) THEN\n                RAISE EXCEPTION 'nobody takes a part in the own case'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'conduct_not_about_oneself';\n            END IF;\n            RETURN NEW;\n        ", hash='dcdb2419ed0bfd5263d881bc4d4dd3bcdbcccee1', operation='INSERT OR UPDATE', pgid='pgtrigger_not_about_oneself_ed5d4', table='managers_screeningsheet', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_screeningsheet', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY['answers']::text[]); RETURN NULL;", hash='3916166a1753acad7a809db5891acc0366aa8fba', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_676d1', table='managers_screeningsheet', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='HomeVisit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='home_visits', to='managers.clientmanager', verbose_name='客户经理')),
                    ('visited_on', models.DateField(verbose_name='家访日期')),
                    ('visitor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='家访人')),
                    ('second_visitor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='同访人')),
                    ('summary', managers.models.sealed.SealedText(blank=True, editable=False, null=True, verbose_name='家访情况')),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '家访',
                    'verbose_name_plural': '家访',
                    'ordering': ['-visited_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('visitor', models.F('second_visitor')), _negated=True), name='visit_two_visitors'), models.UniqueConstraint(fields=('manager', 'visited_on'), name='visit_once_a_day')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='db54ba1820a4b5f8dece0c73a584bf6b9d229c26', operation='DELETE', pgid='pgtrigger_keep_6c80d', table='managers_homevisit', when='BEFORE')), pgtrigger.compiler.Trigger(name='recorded_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."visited_on" IS DISTINCT FROM (NEW."visited_on") OR OLD."visitor_id" IS DISTINCT FROM (NEW."visitor_id") OR OLD."second_visitor_id" IS DISTINCT FROM (NEW."second_visitor_id") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ebacdd7f614b1160d6038d41b1f17108fec5c41b', operation='UPDATE', pgid='pgtrigger_recorded_once_dcf81', table='managers_homevisit', when='BEFORE')), pgtrigger.compiler.Trigger(name='not_about_oneself', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM managers_clientmanager m\n                WHERE m.id = NEW.manager_id AND m.user_id IN (NEW.visitor_id, NEW.second_visitor_id, NEW.recorded_by_id)\n            ) THEN\n                RAISE EXCEPTION 'nobody takes a part in the own case'\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'conduct_not_about_oneself';\n            END IF;\n            RETURN NEW;\n        ", hash='cfb010e0e3013771449e4faf14b3737061802bff', operation='INSERT OR UPDATE', pgid='pgtrigger_not_about_oneself_a6722', table='managers_homevisit', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_homevisit', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY['summary']::text[]); RETURN NULL;", hash='b9eb691b52d8f1ab6b2dd6a1f15ab647e1ad60c0', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_60418', table='managers_homevisit', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Relation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='relations', to='managers.clientmanager', verbose_name='客户经理')),
                    ('kind', models.CharField(choices=[('kin', '亲属'), ('superior', '本人的上级')], max_length=16, verbose_name='关系')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('reason', models.CharField(max_length=200, verbose_name='说明')),
                    ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申报人')),
                    ('declared_at', models.DateTimeField(auto_now_add=True, verbose_name='申报时间')),
                ],
                options={
                    'verbose_name': '回避关系',
                    'verbose_name_plural': '回避关系',
                    'ordering': ['manager', 'user', 'kind', 'starts_on'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['kin', 'superior'])), name='relation_kind_known'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='relation_dates'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('manager', '='), ('kind', '='), (managers.models.relations._Days('starts_on', 'ends_on', models.Value('[]')), '&&')], name='relation_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='df1a815bb59f4a2f7ce1d0a5fd43d93be52e997d', operation='DELETE', pgid='pgtrigger_keep_24f64', table='managers_relation', when='BEFORE')), pgtrigger.compiler.Trigger(name='declared_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."declared_by_id" IS DISTINCT FROM (NEW."declared_by_id") OR OLD."declared_at" IS DISTINCT FROM (NEW."declared_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4f857561bcdacbdfc0cb3ab5c712e61ecd1ba84b', operation='UPDATE', pgid='pgtrigger_declared_once_f462b', table='managers_relation', when='BEFORE')), pgtrigger.compiler.Trigger(name='only_shortened', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ends_on" IS NOT NULL AND (NEW."ends_on" IS NULL OR NEW."ends_on" > (OLD."ends_on")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='eb41492cf46b1d7fe66530d3c4308ce9999abf78', operation='UPDATE', pgid='pgtrigger_only_shortened_b1277', table='managers_relation', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_relation', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='d4f5fc31507daa4ff3ee4c65bf4d2bb662afd8a8', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_dfeca', table='managers_relation', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Delegation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='managers.grant', verbose_name='授权')),
                    ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to=settings.AUTH_USER_MODEL, verbose_name='受托人')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(verbose_name='止')),
                    ('reason', models.CharField(max_length=200, verbose_name='原因')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='委托人')),
                    ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='委托时间')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='终止时间')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='终止人')),
                ],
                options={
                    'verbose_name': '委托',
                    'verbose_name_plural': '委托',
                    'ordering': ['-starts_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_dates'), models.CheckConstraint(condition=models.Q(('ends_on__lt', django.db.models.expressions.CombinedExpression(models.F('starts_on'), '+', models.Value(datetime.timedelta(days=62))))), name='delegation_at_most_62_days'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at__isnull', True)), expressions=[('grant', '='), (managers.models.relations._Days('starts_on', 'ends_on', models.Value('[]')), '&&')], name='delegation_to_one_at_a_time'), models.CheckConstraint(condition=models.Q(('to', models.F('made_by')), _negated=True), name='delegation_to_another'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', False), ('ended_by__isnull', True), _connector='OR'), name='delegation_ended_with_time')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2c1328ef5f7dd196f0f40bbf7c833b7443d34d6d', operation='DELETE', pgid='pgtrigger_keep_18c45', table='managers_delegation', when='BEFORE')), pgtrigger.compiler.Trigger(name='made_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."grant_id" IS DISTINCT FROM (NEW."grant_id") OR OLD."to_id" IS DISTINCT FROM (NEW."to_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='69459ec02461e674241e2dd267049c29f799c047', operation='UPDATE', pgid='pgtrigger_made_once_3c978', table='managers_delegation', when='BEFORE')), pgtrigger.compiler.Trigger(name='ended_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ended_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='eb32ba0e1c792d1d37e6cad3e0d4bdbf2ae80f8e', operation='UPDATE', pgid='pgtrigger_ended_once_fd0ae', table='managers_delegation', when='BEFORE')), pgtrigger.compiler.Trigger(name='excluded', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    DECLARE\n        lent managers_grant%ROWTYPE;\n    BEGIN\n    PERFORM FROM managers_user WHERE id = NEW.to_id FOR NO KEY UPDATE;\n    SELECT * INTO lent FROM managers_grant WHERE id = NEW.grant_id;\n    IF lent.user_id <> NEW.made_by_id THEN\n        RAISE EXCEPTION 'grant % is not held by user %', NEW.grant_id, NEW.made_by_id;\n    END IF;\n    IF lent.granted_by_id IS NOT NULL AND lent.confirmed_by_id IS NULL THEN\n        RAISE EXCEPTION 'grant % is not confirmed', NEW.grant_id;\n    END IF;\n    IF lent.role IN ('api_client', 'auditor', 'client_manager', 'platform_admin', 'security_admin') THEN\n        RAISE EXCEPTION 'the role % is not delegated', lent.role;\n    END IF;\n    IF EXISTS (\n        \n    SELECT FROM (\n        SELECT g.id, g.role, (CASE WHEN g.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE b.path END) AS path, g.starts_on,\n               coalesce(g.ends_on, 'infinity') AS ends_on\n        FROM managers_grant g JOIN managers_branch b ON b.id = g.branch_id\n        WHERE g.user_id = NEW.to_id AND (g.granted_by_id IS NULL OR g.confirmed_by_id IS NOT NULL)\n      UNION ALL\n        SELECT g.id, g.role, (CASE WHEN g.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE b.path END), greatest(d.starts_on, g.starts_on),\n               least(d.ends_on, coalesce(g.ends_on, 'infinity'))\n        FROM managers_delegation d JOIN managers_grant g ON g.id = d.grant_id\n        JOIN managers_branch b ON b.id = g.branch_id\n        WHERE d.to_id = NEW.to_id AND d.ended_at IS NULL\n    ) held\n    WHERE held.id <> NEW.grant_id AND held.role <> lent.role AND held.starts_on <= held.ends_on\n      AND held.starts_on <= NEW.ends_on AND NEW.starts_on <= held.ends_on\n      AND (held.role IN ('api_client', 'auditor', 'platform_admin', 'security_admin') OR lent.role IN ('api_client', 'auditor', 'platform_admin', 'security_admin')\n           OR ((held.role, lent.role) IN (('branch_hr', 'branch_market'), ('branch_hr', 'branch_risk'), ('branch_hr', 'group_chair'), ('branch_hr', 'group_member'), ('branch_hr', 'head_risk'), ('branch_hr', 'outlet_head'), ('branch_market', 'branch_hr'), ('branch_market', 'branch_risk'), ('branch_market', 'head_hr'), ('branch_market', 'head_risk'), ('branch_market', 'outlet_head'), ('branch_risk', 'branch_hr'), ('branch_risk', 'branch_market'), ('branch_risk', 'group_chair'), ('branch_risk', 'group_member'), ('branch_risk', 'head_hr'), ('branch_risk', 'outlet_head'), ('group_chair', 'branch_hr'), ('group_chair', 'branch_risk'), ('group_chair', 'head_hr'), ('group_chair', 'head_risk'), ('group_member', 'branch_hr'), ('group_member', 'branch_risk'), ('group_member', 'head_hr'), ('group_member', 'head_risk'), ('head_hr', 'branch_market'), ('head_hr', 'branch_risk'), ('head_hr', 'group_chair'), ('head_hr', 'group_member'), ('head_hr', 'head_risk'), ('head_hr', 'outlet_head'), ('head_risk', 'branch_hr'), ('head_risk', 'branch_market'), ('head_risk', 'group_chair'), ('head_risk', 'group_member'), ('head_risk', 'head_hr'), ('head_risk', 'outlet_head'), ('outlet_head', 'branch_hr'), ('outlet_head', 'branch_market'), ('outlet_head', 'branch_risk'), ('outlet_head', 'head_hr'), ('outlet_head', 'head_risk'))\n               AND (starts_with(held.path, (SELECT (CASE WHEN lent.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE n.path END) FROM managers_branch n WHERE n.id = lent.branch_id)) OR starts_with((SELECT (CASE WHEN lent.role IN ('auditor', 'head_hr', 'head_risk') THEN '' ELSE n.path END) FROM managers_branch n WHERE n.id = lent.branch_id), held.path))))\n\n    ) THEN\n        RAISE EXCEPTION 'user % holds a role that excludes %', NEW.to_id, lent.role;\n    END IF;\n    RETURN NEW;\n    END;\n", hash='975335e05a84903f56f7baee4b28059ba354c63a', operation='INSERT', pgid='pgtrigger_excluded_3ed8d', table='managers_delegation', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_delegation', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='a0c991acf60e425dc7029ada81877235a0bac216', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_99410', table='managers_delegation', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Assignment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='managers.customer', verbose_name='客户')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='managers.clientmanager', verbose_name='客户经理')),
                    ('share', models.DecimalField(decimal_places=6, max_digits=7, verbose_name='归属比例')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('source_bundle', models.PositiveIntegerField(verbose_name='批次')),
                    ('source_line', models.PositiveIntegerField(verbose_name='行')),
                    ('superseded_by', models.PositiveIntegerField(blank=True, null=True, verbose_name='被批次取代')),
                ],
                options={
                    'verbose_name': '归属',
                    'verbose_name_plural': '归属',
                    'ordering': ['customer', 'starts_on', 'manager'],
                    'indexes': [models.Index(fields=['manager', 'starts_on'], name='assignment_manager'), models.Index(fields=['customer', 'starts_on'], name='assignment_customer')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('share__gte', 0), ('share__lte', 1)), name='assignment_share'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='assignment_dates'), models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('customer', 'manager', 'starts_on'), name='assignment_key'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('superseded_by__isnull', True)), expressions=[('customer', '='), ('manager', '='), (managers.models.portfolio._Validity('starts_on', 'ends_on', models.Value('[]')), '&&')], name='assignment_no_overlap')],
                },
            ),
            migrations.CreateModel(
                name='StoredFile',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=200, verbose_name='文件名')),
                    ('media_type', models.CharField(max_length=100, verbose_name='类型')),
                    ('size', models.PositiveIntegerField(verbose_name='字节数')),
                    ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                    ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='managers.customer', verbose_name='客户')),
                    ('manager', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='managers.clientmanager', verbose_name='客户经理')),
                    ('permission', models.CharField(blank=True, max_length=40, verbose_name='另需权限')),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                    ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                ],
                options={
                    'verbose_name': '文件',
                    'verbose_name_plural': '文件',
                    'ordering': ['-uploaded_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('customer__isnull', False), ('manager__isnull', True)), models.Q(('customer__isnull', True), ('manager__isnull', False)), _connector='OR'), name='file_about_one'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='file_not_empty')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9336c465eef3d5d494142551c9d878c6728f7717', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0ba26', table='managers_storedfile', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Handover',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers_given', to='managers.clientmanager', verbose_name='移交人')),
                    ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers_received', to='managers.clientmanager', verbose_name='接收人')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='managers.branch', verbose_name='机构')),
                    ('effective_on', models.DateField(verbose_name='生效日')),
                    ('reason', models.CharField(max_length=1000, verbose_name='移交原因')),
                    ('batch', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name='同批')),
                    ('state', django_fsm.FSMField(choices=[('drafted', '待接收'), ('accepted', '待监交'), ('witnessed', '待批准'), ('approved', '已批准，待生效'), ('effective', '已生效'), ('withdrawn', '已撤回'), ('refused', '已拒绝'), ('cancelled', '已取消')], default='drafted', max_length=50, protected=True, verbose_name='状态')),
                    ('state_since', models.DateTimeField(auto_now=True, verbose_name='进入状态时间')),
                    ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='起草人')),
                    ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接收确认人')),
                    ('witnessed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='监交人')),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                    ('impact', models.JSONField(null=True, verbose_name='对已发布数字的影响')),
                    ('confirmed', models.CharField(blank=True, max_length=64, verbose_name='确认摘要')),
                    ('problem', models.TextField(blank=True, verbose_name='未能生效的原因')),
                ],
                options={
                    'verbose_name': '移交',
                    'verbose_name_plural': '移交',
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['state', 'effective_on'], name='handover_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('giver', models.F('receiver')), _negated=True), name='handover_two_managers'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='handover_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('witnessed_by__isnull', True), models.Q(('witnessed_by', models.F('accepted_by')), _negated=True), _connector='OR'), models.Q(('witnessed_by__isnull', True), models.Q(('witnessed_by', models.F('drafted_by')), _negated=True), _connector='OR'), models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('accepted_by')), _negated=True), _connector='OR'), models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('witnessed_by')), _negated=True), _connector='OR')), name='handover_different_people'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_by', None), ('approved_by', None), ('state', 'drafted'), ('witnessed_by', None)), models.Q(('accepted_by__isnull', False), ('approved_by', None), ('state', 'accepted'), ('witnessed_by', None)), models.Q(('accepted_by__isnull', False), ('approved_by', None), ('state', 'witnessed'), ('witnessed_by__isnull', False)), models.Q(('accepted_by__isnull', False), ('approved_by__isnull', False), ('state__in', ['approved', 'effective', 'cancelled']), ('witnessed_by__isnull', False)), models.Q(('approved_by', None), ('state__in', ['withdrawn', 'refused'])), _connector='OR'), name='handover_state_people'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed', ''), ('impact__isnull', True)), models.Q(('confirmed__gt', ''), ('impact__isnull', False)), _connector='OR'), name='handover_impact_confirmed')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{drafted:accepted,accepted:witnessed,witnessed:approved,approved:effective,approved:cancelled,drafted:withdrawn,drafted:refused,accepted:withdrawn,accepted:refused,witnessed:withdrawn,witnessed:refused}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='e9b793c8b576b5ba6767976c9a305b5b1c0db934', operation='UPDATE', pgid='pgtrigger_state_machine_8de74', table='managers_handover', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3661d67f55e25da63f4ed26921e8d89bd2728fbc', operation='DELETE', pgid='pgtrigger_keep_d6ece', table='managers_handover', when='BEFORE')), pgtrigger.compiler.Trigger(name='drafted_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."giver_id" IS DISTINCT FROM (NEW."giver_id") OR OLD."receiver_id" IS DISTINCT FROM (NEW."receiver_id") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."effective_on" IS DISTINCT FROM (NEW."effective_on") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."batch" IS DISTINCT FROM (NEW."batch") OR OLD."drafted_by_id" IS DISTINCT FROM (NEW."drafted_by_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1b93439e605c4af7002824193e3f00afe3b01833', operation='UPDATE', pgid='pgtrigger_drafted_once_15ac6', table='managers_handover', when='BEFORE')), pgtrigger.compiler.Trigger(name='four_people', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM managers_clientmanager m\n                        WHERE m.id IN (NEW.giver_id, NEW.receiver_id)\n                          AND m.user_id IN (NEW.witnessed_by_id, NEW.approved_by_id)\n                    ) OR EXISTS (\n                        SELECT FROM managers_clientmanager m\n                        WHERE m.id = NEW.receiver_id AND NEW.accepted_by_id IS NOT NULL\n                          AND m.user_id IS DISTINCT FROM NEW.accepted_by_id\n                          AND (TG_OP = 'INSERT' OR OLD.accepted_by_id IS DISTINCT FROM NEW.accepted_by_id)\n                    ) THEN\n                        RAISE EXCEPTION 'giver, receiver, witness and approver of a handover differ'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_four_people';\n                    END IF;\n                    RETURN NEW;\n                ", hash='cdd40db5b7470f9c8e326b071318ae0ad5d7b2a8', operation='INSERT OR UPDATE', pgid='pgtrigger_four_people_4da57', table='managers_handover', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_handover', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='35f00d7c1d7777825fa00511f46e08551c83e724', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_c76cb', table='managers_handover', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Qualification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='managers.clientmanager', verbose_name='客户经理')),
                    ('scheme', models.CharField(max_length=60, verbose_name='管理办法')),
                    ('rulebook', models.CharField(max_length=80, verbose_name='办法版本')),
                    ('grade_code', models.CharField(max_length=32, verbose_name='申请等级')),
                    ('approver', models.CharField(max_length=32, verbose_name='认定机关')),
                    ('leapfrog', models.BooleanField(default=False, verbose_name='越级')),
                    ('state', django_fsm.FSMField(choices=[('applied', '已申请'), ('screened', '资格已审查'), ('examined', '考试合格'), ('recognised', '已认定'), ('appointed', '已聘任'), ('failed', '考试未合格'), ('rejected', '未获认定'), ('withdrawn', '已撤回'), ('expired', '证书已到期'), ('revoked', '已撤销')], default='applied', max_length=50, protected=True, verbose_name='状态')),
                    ('state_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='进入状态时间')),
                    ('applied_on', models.DateField(verbose_name='申请日期')),
                    ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                    ('reason', models.TextField(blank=True, verbose_name='申请理由')),
                    ('screening', models.JSONField(default=list, verbose_name='审查清单')),
                    ('screened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审查人')),
                    ('exam_name', models.CharField(blank=True, max_length=120, verbose_name='考试')),
                    ('exam_on', models.DateField(null=True, verbose_name='考试日期')),
                    ('score', models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name='成绩')),
                    ('pass_mark', models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name='合格线')),
                    ('examined_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记成绩人')),
                    ('certificate_no', models.CharField(max_length=60, null=True, unique=True, verbose_name='证书编号')),
                    ('issued_on', models.DateField(null=True, verbose_name='发证日期')),
                    ('expires_on', models.DateField(null=True, verbose_name='证书到期日')),
                    ('recognised_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='认定人')),
                    ('appointed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='聘任人')),
                    ('appointed_on', models.DateField(null=True, verbose_name='聘任日期')),
                    ('term_ends_on', models.DateField(null=True, verbose_name='聘期止')),
                ],
                options={
                    'verbose_name': '资格认定',
                    'verbose_name_plural': '资格认定',
                    'ordering': ['-applied_on', '-id'],
                    'indexes': [models.Index(fields=['state', 'state_since'], name='qualification_queue')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['applied', 'screened', 'examined', 'recognised'])), fields=('manager', 'scheme'), name='qualification_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('recognised_by', models.F('screened_by')), _negated=True), models.Q(('recognised_by', models.F('examined_by')), _negated=True), models.Q(('recognised_by', models.F('appointed_by')), _negated=True), models.Q(('recognised_by', models.F('applied_by')), _negated=True)), name='qualification_separate_people'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['recognised', 'appointed', 'expired', 'revoked']), _negated=True), models.Q(('certificate_no__gt', ''), ('expires_on__gt', models.F('issued_on')), ('issued_on__isnull', False), ('recognised_by__isnull', False)), _connector='OR'), name='qualification_certificate'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['examined', 'recognised', 'appointed']), _negated=True), models.Q(('exam_on__isnull', False), ('score__gte', models.F('pass_mark'))), _connector='OR'), name='qualification_passed'), models.CheckConstraint(condition=models.Q(('leapfrog', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='qualification_leapfrog_has_reason')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{applied:screened,screened:examined,screened:failed,examined:recognised,recognised:appointed,applied:rejected,screened:rejected,examined:rejected,applied:withdrawn,screened:withdrawn,examined:withdrawn,recognised:withdrawn,recognised:expired,appointed:expired,recognised:revoked,appointed:revoked}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f8108e1302dff16f2753904201fae363ac1748df', operation='UPDATE', pgid='pgtrigger_state_machine_03a30', table='managers_qualification', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e2caf504fe6f941c393b7e223bf3384ff9901710', operation='DELETE', pgid='pgtrigger_keep_6f74a', table='managers_qualification', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_qualification', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='b78a75fe8874df75d0e453fc3e1251958976324c', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_977cb', table='managers_qualification', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='LeaveRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leaves', to='managers.clientmanager', verbose_name='客户经理')),
                    ('kind', models.CharField(choices=[('mandatory', '强制休假'), ('annual', '年休假'), ('other', '其他')], max_length=12, verbose_name='种类')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(verbose_name='止')),
                    ('stand_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stood_in', to='managers.clientmanager', verbose_name='代班人')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                    ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='取消时间')),
                    ('cancelled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='取消人')),
                ],
                options={
                    'verbose_name': '休假记录',
                    'verbose_name_plural': '休假记录',
                    'ordering': ['-starts_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='leave_dates'), models.CheckConstraint(condition=models.Q(('kind__in', ['mandatory', 'annual', 'other'])), name='leave_kind_known'), models.CheckConstraint(condition=models.Q(('stand_in__isnull', True), models.Q(('stand_in', models.F('manager')), _negated=True), _connector='OR'), name='leave_stand_in_is_another'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', True), ('cancelled_by__isnull', True)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='leave_cancelled_by_somebody'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at__isnull', True)), expressions=[('manager', '='), (managers.models.rotation._Days('starts_on', 'ends_on', models.Value('[]')), '&&')], name='leave_one_at_a_time')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='643eb09f27bc78e341a07f0d3365763aa072947f', operation='DELETE', pgid='pgtrigger_keep_3f4fd', table='managers_leaverecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='recorded_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."stand_in_id" IS DISTINCT FROM (NEW."stand_in_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f24a14a1a76b525e61ccacccb04bb75387d76c61', operation='UPDATE', pgid='pgtrigger_recorded_once_aaba7', table='managers_leaverecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='cancelled_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."cancelled_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0176e731ea1a4d0c5801887b4311fb5a910cba9c', operation='UPDATE', pgid='pgtrigger_cancelled_once_d191a', table='managers_leaverecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_leaverecord', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='cff9262667edce0b3aac708fc538e1f4aa579b2e', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_81e1f', table='managers_leaverecord', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='TrainingSession',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='managers.trainingplan', verbose_name='培训计划')),
                    ('held_on', models.DateField(verbose_name='日期')),
                    ('place', models.CharField(blank=True, max_length=120, verbose_name='地点')),
                    ('called_on', models.DateField(blank=True, null=True, verbose_name='点名日期')),
                ],
                options={
                    'verbose_name': '培训场次',
                    'verbose_name_plural': '培训场次',
                    'ordering': ['held_on', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('plan', 'held_on'), name='training_session_a_day'), models.CheckConstraint(condition=models.Q(('called_on__isnull', True), ('called_on__gte', models.F('held_on')), _connector='OR'), name='training_called_after')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0738ad289513bdbf75222ebc8bd2dd9c94d43a0e', operation='DELETE', pgid='pgtrigger_keep_58947', table='managers_trainingsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_trainingsession', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='5a5246371b369ba0836db2355acb3d20c2c8b241', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_0a71b', table='managers_trainingsession', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Certificate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='managers.clientmanager', verbose_name='客户经理')),
                    ('kind', models.CharField(choices=[('post', '岗位资格证书'), ('trade', '银行业从业资格'), ('funds', '基金从业资格'), ('laundering', '反洗钱培训证书'), ('trainer', '内训师证书'), ('other', '其他证书')], max_length=16, verbose_name='种类')),
                    ('number', models.CharField(max_length=60, verbose_name='证书编号')),
                    ('issuer', models.CharField(max_length=120, verbose_name='发证机构')),
                    ('issued_on', models.DateField(verbose_name='发证日期')),
                    ('expires_on', models.DateField(blank=True, null=True, verbose_name='到期日')),
                    ('evidence', models.CharField(max_length=200, verbose_name='证据')),
                    ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                    ('voided_on', models.DateField(blank=True, null=True, verbose_name='作废日期')),
                    ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='作废登记时间')),
                    ('voided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作废登记人')),
                ],
                options={
                    'verbose_name': '证书',
                    'verbose_name_plural': '证书',
                    'ordering': ['manager', '-issued_on', '-id'],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'number'), name='certificate_number'), models.CheckConstraint(condition=models.Q(('expires_on__isnull', True), ('expires_on__gt', models.F('issued_on')), _connector='OR'), name='certificate_dates'), models.CheckConstraint(condition=models.Q(models.Q(('number', ''), _negated=True), models.Q(('issuer', ''), _negated=True), models.Q(('evidence', ''), _negated=True)), name='certificate_has_evidence'), models.CheckConstraint(condition=models.Q(models.Q(('voided_at__isnull', True), ('voided_by__isnull', True), ('voided_on__isnull', True)), models.Q(('voided_at__isnull', False), ('voided_by__isnull', False), ('voided_on__gte', models.F('issued_on'))), _connector='OR'), name='certificate_voided')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='dd7d5b299930bd71ebabc24fecb81ff04fa0d8ea', operation='DELETE', pgid='pgtrigger_keep_b201b', table='managers_certificate', when='BEFORE')), pgtrigger.compiler.Trigger(name='seen_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."issuer" IS DISTINCT FROM (NEW."issuer") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."evidence" IS DISTINCT FROM (NEW."evidence") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f96f9efa577d156c0d080a04bc0266abf2cc1d1d', operation='UPDATE', pgid='pgtrigger_seen_once_42a16', table='managers_certificate', when='BEFORE')), pgtrigger.compiler.Trigger(name='voided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."voided_on" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='dfd17ba8e7f1bd728ae2521c78455e2952b6bfae', operation='UPDATE', pgid='pgtrigger_voided_once_58ebe', table='managers_certificate', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_certificate', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='99a29c2d153366d1ea7bc76ffe6d85c5df8d2c47', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_e70b9', table='managers_certificate', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='HandoverLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('handover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='managers.handover', verbose_name='移交')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handover_lines', to='managers.customer', verbose_name='客户')),
                    ('custody', models.BooleanField(default=True, verbose_name='管户')),
                    ('credit', models.BooleanField(default=True, verbose_name='信贷经办')),
                    ('liability', models.BooleanField(default=False, verbose_name='旧贷款责任')),
                    ('share', models.DecimalField(decimal_places=6, max_digits=7, null=True, verbose_name='移交比例')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='备注')),
                ],
                options={
                    'verbose_name': '移交清单',
                    'verbose_name_plural': '移交清单',
                    'ordering': ['handover', 'customer'],
                    'constraints': [models.UniqueConstraint(fields=('handover', 'customer'), name='handover_line_key'), models.CheckConstraint(condition=models.Q(('custody', True), ('credit', True), ('liability', True), _connector='OR'), name='handover_line_moves'), models.CheckConstraint(condition=models.Q(models.Q(('custody', True), ('share__gt', 0), ('share__lte', 1)), models.Q(('custody', False), ('share__isnull', True)), _connector='OR'), name='handover_line_share')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f3095ef0aa92dde7a5e26f2a440714cec30d6f9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7fe85', table='managers_handoverline', when='BEFORE')), pgtrigger.compiler.Trigger(name='only_while_drafted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM managers_handover WHERE id = NEW.handover_id AND state = 'drafted'\n                    ) THEN\n                        RAISE EXCEPTION 'the list of a handover is fixed once it is accepted'\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_line_drafted';\n                    END IF;\n                    RETURN NEW;\n                ", hash='2550328f5e13b04ea74aacbb0d1e23ad8daff9d5', operation='INSERT', pgid='pgtrigger_only_while_drafted_22b30', table='managers_handoverline', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_handoverline', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='96dc82211db73c5b1b6fbcc25d1c30ae537df0c5', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_863f7', table='managers_handoverline', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Responsibility',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responsibilities', to='managers.customer', verbose_name='客户')),
                    ('loan', models.CharField(blank=True, max_length=40, verbose_name='贷款账号')),
                    ('kind', models.CharField(choices=[('credit', '信贷经办'), ('liability', '旧贷款责任')], max_length=16, verbose_name='责任')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responsibilities', to='managers.clientmanager', verbose_name='客户经理')),
                    ('starts_on', models.DateField(verbose_name='起')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='止')),
                    ('handover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responsibilities', to='managers.handover', verbose_name='移交')),
                    ('superseded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='managers.handover', verbose_name='被移交取代')),
                ],
                options={
                    'verbose_name': '信贷责任',
                    'verbose_name_plural': '信贷责任',
                    'ordering': ['customer', 'kind', 'loan', 'starts_on', 'manager'],
                    'indexes': [models.Index(fields=['customer', 'kind'], name='responsibility_customer')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_by__isnull', True)), fields=('customer', 'loan', 'kind', 'manager', 'starts_on'), name='responsibility_key'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='responsibility_dates'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'credit'), ('loan', '')), models.Q(('kind', 'liability'), ('loan__gt', '')), _connector='OR'), name='responsibility_kind')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='65ef4453bd5dfb40061afbdfaa530bea0d7f8370', operation='DELETE', pgid='pgtrigger_keep_1589c', table='managers_responsibility', when='BEFORE')), pgtrigger.compiler.Trigger(name='said_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."customer_id" IS DISTINCT FROM (NEW."customer_id") OR OLD."loan" IS DISTINCT FROM (NEW."loan") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."manager_id" IS DISTINCT FROM (NEW."manager_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."handover_id" IS DISTINCT FROM (NEW."handover_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e1822407ca1b86d29ff1ce427181c31a8f36becf', operation='UPDATE', pgid='pgtrigger_said_once_822c6', table='managers_responsibility', when='BEFORE')), pgtrigger.compiler.Trigger(name='superseded_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."superseded_by_id" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f53792331adddfa7d74ae62e12d054b760f6c17d', operation='UPDATE', pgid='pgtrigger_superseded_once_02cec', table='managers_responsibility', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_responsibility', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='d442b9f3d2e3d5541a6539634a72b739d67244d4', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_6766a', table='managers_responsibility', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='DocumentCheck',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('qualification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='managers.qualification', verbose_name='资格认定')),
                    ('kind', models.CharField(choices=[('education', '学历证书'), ('title', '职称证书'), ('conduct', '无违规违纪证明'), ('service', '营销服务年限证明'), ('report', '专题报告'), ('other', '其他材料')], max_length=16, verbose_name='材料')),
                    ('covers', models.CharField(blank=True, max_length=160, verbose_name='证明的条件')),
                    ('document_no', models.CharField(max_length=80, verbose_name='编号')),
                    ('issued_on', models.DateField(blank=True, null=True, verbose_name='签发日期')),
                    ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                    ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='managers.storedfile', verbose_name='扫描件')),
                    ('seen_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='核验人')),
                    ('seen_on', models.DateField(verbose_name='核验日期')),
                ],
                options={
                    'verbose_name': '材料核验',
                    'verbose_name_plural': '材料核验',
                    'ordering': ['qualification', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['education', 'title', 'conduct', 'service', 'report', 'other'])), name='document_kind_known'), models.CheckConstraint(condition=models.Q(('document_no', ''), _negated=True), name='document_has_number')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f26661818e11effded6ca4f8e88fde5fb4fa63a6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bd1cf', table='managers_documentcheck', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_documentcheck', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='28036f1c0da46bdbb2eaf638cd312be469a08afc', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_8a799', table='managers_documentcheck', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Attendance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roll', to='managers.trainingsession', verbose_name='培训场次')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendances', to='managers.clientmanager', verbose_name='客户经理')),
                    ('status', models.CharField(choices=[('due', '未登记'), ('present', '出席'), ('absent', '缺席'), ('excused', '免训')], default='due', max_length=8, verbose_name='出席')),
                    ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ],
                options={
                    'verbose_name': '培训出席',
                    'verbose_name_plural': '培训出席',
                    'ordering': ['session', 'manager'],
                    'constraints': [models.UniqueConstraint(fields=('session', 'manager'), name='attendance_once'), models.CheckConstraint(condition=models.Q(('status', 'due'), ('recorded_by__isnull', False), _connector='OR'), name='attendance_recorded')],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4ede2992e1aee29190247a4124e88381fad0b018', operation='DELETE', pgid='pgtrigger_keep_b428d', table='managers_attendance', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_attendance', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='a46ff6d12f99016dc265861b9af527dc1531c351', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_34e8e', table='managers_attendance', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='ResultSheet',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='managers.trainingsession', verbose_name='培训场次')),
                    ('exam_on', models.DateField(verbose_name='考试日期')),
                    ('file_name', models.CharField(max_length=160, verbose_name='文件')),
                    ('rows', models.JSONField(verbose_name='成绩行')),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                    ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='上传时间')),
                    ('applied_at', models.DateTimeField(null=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '培训成绩单',
                    'verbose_name_plural': '培训成绩单',
                    'ordering': ['-id'],
                    'triggers': [pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='38af3b271ce0d4f6ca5d55e16538fc6d3480b152', operation='DELETE', pgid='pgtrigger_keep_b9e54', table='managers_resultsheet', when='BEFORE')), pgtrigger.compiler.Trigger(name='once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."applied_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e57d9a25347646caaaf984721e1691be74797ee9', operation='UPDATE', pgid='pgtrigger_once_ec768', table='managers_resultsheet', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_resultsheet', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='11cbf01719f5e7e41f9b03b53c808c9ddfbbaf09', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_2ef56', table='managers_resultsheet', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='TrainingResult',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='managers.trainingsession', verbose_name='培训场次')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_results', to='managers.clientmanager', verbose_name='客户经理')),
                    ('exam_on', models.DateField(verbose_name='考试日期')),
                    ('score', models.DecimalField(decimal_places=2, max_digits=6, verbose_name='成绩')),
                    ('pass_mark', models.DecimalField(decimal_places=2, max_digits=6, verbose_name='合格线')),
                    ('passed', models.BooleanField(verbose_name='合格')),
                    ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='managers.resultsheet', verbose_name='成绩单')),
                    ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('entered_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '培训成绩',
                    'verbose_name_plural': '培训成绩',
                    'ordering': ['-exam_on', '-id'],
                    'constraints': [models.UniqueConstraint(fields=('session', 'manager', 'exam_on'), name='training_result_once'), models.CheckConstraint(condition=models.Q(models.Q(('passed', True), ('score__gte', models.F('pass_mark'))), models.Q(('passed', False), ('score__lt', models.F('pass_mark'))), _connector='OR'), name='training_result_by_mark')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='07430ae8f70c267f8e19196fc4e240d38f20fd53', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0f076', table='managers_trainingresult', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('managers_trainingresult', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='23d268cd2677de900d5cf6e46eed8a369e53561e', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_d221a', table='managers_trainingresult', when='AFTER'))],
                },
            ),
        ]),
        migrations.RunSQL(GUARD),
    ]
