"""All tables of rulebooks, figures of verdicts and grades, as they stood after 0006."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import django_fsm
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from managers.operations import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('grading', '0001_initial'),
        ('grading', '0002_grade_records_in_order'),
        ('grading', '0003_rulebook_states'),
        ('grading', '0004_history'),
        ('grading', '0005_grade_changes'),
        ('grading', '0006_career_history'),
    ]

    initial = True

    dependencies = [
        ('ledger', '0001_squashed_0014_bundle_record'),
        ('managers', '0001_squashed_0014_training_conduct_rotation'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='GradeRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grade_records', to='managers.clientmanager', verbose_name='客户经理')),
                    ('grade_code', models.CharField(blank=True, max_length=32, verbose_name='等级')),
                    ('effective_on', models.DateField(verbose_name='生效日')),
                    ('basis', models.CharField(max_length=200, verbose_name='依据')),
                    ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ],
                options={
                    'verbose_name': '等级记录',
                    'verbose_name_plural': '等级记录',
                    'ordering': ['manager', 'effective_on', 'id'],
                    'indexes': [models.Index(fields=['manager', '-effective_on', '-id'], name='grade_on_a_day')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6d139fde8607a0ab730ba1491b1e881ff39001f9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fb512', table='grading_graderecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='in_order', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM pg_advisory_xact_lock(hashtext('grading_graderecord')); RETURN NULL;", hash='b501f4a6aa4ba2c11dcf9b3cc24c99ed15490741', level='STATEMENT', operation='INSERT', pgid='pgtrigger_in_order_a73dc', table='grading_graderecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('grading_graderecord', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='6e5b90e195ba6f0a141829ee505e4c79b8a20786', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_d7371', table='grading_graderecord', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='RulebookVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(max_length=60, verbose_name='办法代码')),
                    ('number', models.PositiveIntegerField(verbose_name='版本')),
                    ('origin', models.CharField(choices=[('shipped', '随产品提供'), ('published', '本行发布')], max_length=16, verbose_name='来源')),
                    ('state', django_fsm.FSMField(choices=[('draft', '起草中'), ('checked', '已核对'), ('simulated', '已试算'), ('adopted', '已通过'), ('superseded', '已被取代'), ('withdrawn', '已撤回')], default='draft', max_length=50, protected=True, verbose_name='状态')),
                    ('state_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='进入状态时间')),
                    ('title', models.CharField(max_length=120, verbose_name='名称')),
                    ('content', models.TextField(verbose_name='正文')),
                    ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                    ('lines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), blank=True, default=list, size=None, verbose_name='适用条线')),
                    ('branches', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), blank=True, default=list, size=None, verbose_name='适用机构')),
                    ('effective_on', models.DateField(verbose_name='生效日')),
                    ('based_on', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='grading.rulebookversion', verbose_name='依据版本')),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='起草人')),
                    ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='起草时间')),
                    ('adopted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='通过人')),
                    ('adopted_at', models.DateTimeField(null=True, verbose_name='通过时间')),
                    ('superseded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grading.rulebookversion', verbose_name='取代版本')),
                    ('warnings', models.JSONField(default=list, verbose_name='核对提示')),
                    ('simulation', models.JSONField(null=True, verbose_name='试算摘要')),
                    ('reissue_reason', models.TextField(blank=True, verbose_name='追溯原因')),
                    ('reissue_changes', models.JSONField(null=True, verbose_name='追溯影响')),
                ],
                options={
                    'verbose_name': '管理办法版本',
                    'verbose_name_plural': '管理办法版本',
                    'ordering': ['code', '-number'],
                    'indexes': [models.Index(fields=['code', 'origin', '-effective_on', '-number'], name='rulebook_in_force')],
                    'constraints': [models.UniqueConstraint(fields=('code', 'number'), name='rulebook_version_key'), models.CheckConstraint(condition=models.Q(models.Q(('adopted_by__isnull', True), ('made_by__isnull', True), ('origin', 'shipped'), ('state__in', ['adopted', 'superseded'])), models.Q(('adopted_at__isnull', True), ('adopted_by__isnull', True), ('made_by__isnull', False), ('origin', 'published'), ('state__in', ['draft', 'checked', 'simulated', 'withdrawn'])), models.Q(('adopted_at__isnull', False), ('adopted_by__isnull', False), ('made_by__isnull', False), ('origin', 'published'), ('state__in', ['adopted', 'superseded']), models.Q(('made_by', models.F('adopted_by')), _negated=True)), _connector='OR'), name='rulebook_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'superseded'), ('superseded_by__isnull', False)), models.Q(models.Q(('state', 'superseded'), _negated=True), ('superseded_by__isnull', True)), _connector='OR'), name='rulebook_superseded_by_one'), models.CheckConstraint(condition=models.Q(('reissue_changes__isnull', True), ('reissue_reason__gt', ''), _connector='OR'), name='rulebook_reissue_has_reason')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:checked,checked:simulated,simulated:adopted,adopted:superseded,checked:draft,simulated:draft,draft:withdrawn,checked:withdrawn,simulated:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='248cc7c3858f0bead7f3a9b9e80ac71fbbb1cb8f', operation='UPDATE', pgid='pgtrigger_state_machine_3130e', table='grading_rulebookversion', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='9e076001b49374929cf51e5c21cc2e829d0a091f', operation='DELETE', pgid='pgtrigger_keep_ee6a9', table='grading_rulebookversion', when='BEFORE')), pgtrigger.compiler.Trigger(name='fixed_when_decided', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'adopted\', \'superseded\', \'withdrawn\') AND (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."lines" IS DISTINCT FROM (NEW."lines") OR OLD."branches" IS DISTINCT FROM (NEW."branches") OR OLD."based_on_id" IS DISTINCT FROM (NEW."based_on_id") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."effective_on" IS DISTINCT FROM (NEW."effective_on") OR OLD."adopted_by_id" IS DISTINCT FROM (NEW."adopted_by_id") OR OLD."adopted_at" IS DISTINCT FROM (NEW."adopted_at") OR OLD."warnings" IS DISTINCT FROM (NEW."warnings") OR OLD."simulation" IS DISTINCT FROM (NEW."simulation") OR OLD."reissue_reason" IS DISTINCT FROM (NEW."reissue_reason") OR OLD."reissue_changes" IS DISTINCT FROM (NEW."reissue_changes")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='bb9e092e1f856cf53fa572edf51abe85a1a882d9', operation='UPDATE', pgid='pgtrigger_fixed_when_decided_f4a63', table='grading_rulebookversion', when='BEFORE')), pgtrigger.compiler.Trigger(name='text_only_while_draft', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."state" = \'draft\') AND (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."content" IS DISTINCT FROM (NEW."content") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."lines" IS DISTINCT FROM (NEW."lines") OR OLD."branches" IS DISTINCT FROM (NEW."branches") OR OLD."based_on_id" IS DISTINCT FROM (NEW."based_on_id") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6876b7d43b4d90839beeb8b311cae001bca8ea29', operation='UPDATE', pgid='pgtrigger_text_only_while_draft_09e45', table='grading_rulebookversion', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('grading_rulebookversion', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY['content', 'simulation']::text[], ARRAY[]::text[]); RETURN NULL;", hash='d0ca9c09e1e82d2e0d6f72cb2cf35e6a989050ce', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_fefb1', table='grading_rulebookversion', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='GradeChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grade_changes', to='managers.clientmanager', verbose_name='客户经理')),
                    ('kind', models.CharField(choices=[('appoint', '聘任'), ('promote', '晋升'), ('demote', '降级'), ('remove', '解聘'), ('extend', '续聘'), ('correct', '更正')], max_length=16, verbose_name='类别')),
                    ('scheme', models.CharField(blank=True, max_length=60, verbose_name='管理办法')),
                    ('from_grade', models.CharField(blank=True, max_length=32, verbose_name='原等级')),
                    ('to_grade', models.CharField(blank=True, max_length=32, verbose_name='新等级')),
                    ('authority', models.CharField(blank=True, max_length=32, verbose_name='批准机关')),
                    ('leapfrog', models.BooleanField(default=False, verbose_name='越级')),
                    ('effective_on', models.DateField(verbose_name='生效日')),
                    ('term_ends_on', models.DateField(blank=True, null=True, verbose_name='聘期止')),
                    ('state', django_fsm.FSMField(choices=[('proposed', '已提议'), ('approved', '已批准'), ('scheduled', '待生效'), ('effective', '已生效'), ('stayed', '暂缓'), ('cancelled', '已取消')], default='proposed', max_length=50, protected=True, verbose_name='状态')),
                    ('state_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='进入状态时间')),
                    ('basis', models.CharField(max_length=200, verbose_name='依据')),
                    ('reason', models.TextField(blank=True, verbose_name='理由')),
                    ('qualification', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grade_changes', to='managers.qualification', verbose_name='资格认定')),
                    ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提议人')),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                    ('record', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='change', to='grading.graderecord', verbose_name='等级记录')),
                    ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='提议时间')),
                ],
                options={
                    'verbose_name': '等级变动',
                    'verbose_name_plural': '等级变动',
                    'ordering': ['-effective_on', '-id'],
                    'indexes': [models.Index(fields=['state', 'effective_on'], name='grade_change_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['appoint', 'promote', 'demote', 'remove', 'extend', 'correct'])), name='grade_change_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('proposed_by', models.F('approved_by')), _negated=True), models.Q(('state__in', ['proposed', 'stayed', 'cancelled']), models.Q(('approved_by__isnull', False), ('proposed_by__isnull', False)), _connector='OR')), name='grade_change_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('record__isnull', False), ('state', 'effective')), models.Q(models.Q(('state', 'effective'), _negated=True), ('record__isnull', True)), _connector='OR'), name='grade_change_effective_has_record'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'remove'), ('to_grade', '')), models.Q(models.Q(('kind', 'remove'), _negated=True), models.Q(('to_grade', ''), _negated=True)), _connector='OR'), name='grade_change_removal_is_empty'), models.CheckConstraint(condition=models.Q(('leapfrog', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='grade_change_leapfrog_has_reason'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('manager',), name='grade_change_one_proposed')],
                    'triggers': [pgtrigger.compiler.Trigger(name='state_machine', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{proposed:approved,approved:scheduled,scheduled:effective,approved:stayed,scheduled:stayed,stayed:scheduled,proposed:cancelled,approved:cancelled,scheduled:cancelled,stayed:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='8d51ea1ca34613e97f35a27aed3f701890397bae', operation='UPDATE', pgid='pgtrigger_state_machine_30342', table='grading_gradechange', when='BEFORE')), pgtrigger.compiler.Trigger(name='keep', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b534a407ccf56971f284ae7cd2f65ccdc4c5cc19', operation='DELETE', pgid='pgtrigger_keep_fd45e', table='grading_gradechange', when='BEFORE')), pgtrigger.compiler.Trigger(name='fixed_when_over', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IN (\'effective\', \'cancelled\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='2ae9004108d7d8d37c74ec6c471d3365353c6970', operation='UPDATE', pgid='pgtrigger_fixed_when_over_15c5b', table='grading_gradechange', when='BEFORE')), pgtrigger.compiler.Trigger(name='history', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM managers_keep_history('grading_gradechange', 'id', TG_OP, to_jsonb(OLD), to_jsonb(NEW), ARRAY[]::text[], ARRAY[]::text[]); RETURN NULL;", hash='a7ced8ae13209da6b44fe5a8cfbba34b64e475f0', operation='UPDATE OR DELETE OR INSERT', pgid='pgtrigger_history_8a57b', table='grading_gradechange', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Verdict',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='managers.clientmanager', verbose_name='客户经理')),
                    ('rulebook', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='grading.rulebookversion', verbose_name='管理办法')),
                    ('period', models.CharField(max_length=8, verbose_name='考核期')),
                    ('on', models.DateField(verbose_name='截数日')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='ledger.run', verbose_name='日终批次')),
                    ('grade_code', models.CharField(max_length=32, verbose_name='现等级')),
                    ('outcome', models.CharField(max_length=16, verbose_name='结论')),
                    ('proposed_grade', models.CharField(max_length=32, verbose_name='建议等级')),
                    ('evidence', models.JSONField(verbose_name='证据')),
                    ('result', models.JSONField(verbose_name='结果')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='形成时间')),
                ],
                options={
                    'verbose_name': '考核结论',
                    'verbose_name_plural': '考核结论',
                    'ordering': ['-on', 'manager', '-id'],
                    'indexes': [models.Index(fields=['manager', 'period', '-id'], name='verdict_latest')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='99023437aed379c1be028a084d36b40fe296d089', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0a698', table='grading_verdict', when='BEFORE'))],
                },
            ),
        ]),
    ]
