"""Exposures as spans instead of days; the state of loans, the base portfolio and how far the slots are worked.

A day's exposure is a span of one day until the next night writes all of them anew: no slot stands anywhere yet.
"""

import django.db.models.deletion
from django.db import migrations, models

KEEP = "CREATE TABLE credit_old_exposure AS SELECT * FROM credit_exposure"
BACK = """
INSERT INTO credit_exposure (customer_id, since, until, non_performing, interest_arrears, advances)
SELECT customer_id, business_date, business_date, non_performing, interest_arrears, advances
FROM credit_old_exposure;
DROP TABLE credit_old_exposure;
"""
# What the nightly pass reads: the few that are overdrawn, and loans among all accounts. None of the columns
# changes with a balance but the overdraft itself, so updates of positions stay on their pages.
INDEXES = """
CREATE INDEX credit_overdrawn ON ledger_customerposition (customer_id) WHERE overdraft > 0;
CREATE INDEX credit_loans ON ledger_accountposition (account_id) WHERE bucket = 'loan';
ALTER TABLE credit_loanstate SET (fillfactor = 80);
"""
NO_INDEXES = "DROP INDEX credit_overdrawn; DROP INDEX credit_loans"


class Migration(migrations.Migration):

    dependencies = [
        ('credit', '0004_readings_by_floor'),
        ('ledger', '0004_positions_and_chunks'),
        ('managers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BasePortfolio',
            fields=[
                ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='managers.customer')),
                ('normal', models.BigIntegerField()),
                ('total', models.BigIntegerField()),
                ('unclassified', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': '基期贷款',
                'verbose_name_plural': '基期贷款',
            },
        ),
        migrations.CreateModel(
            name='LoanState',
            fields=[
                ('account', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='ledger.account')),
                ('loan_class', models.CharField(choices=[('normal', '正常'), ('special_mention', '关注'), ('substandard', '次级'), ('doubtful', '可疑'), ('loss', '损失')], max_length=16, verbose_name='五级分类')),
                ('interest_arrears', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='欠息')),
            ],
            options={
                'verbose_name': '贷款状态',
                'verbose_name_plural': '贷款状态',
                'indexes': [models.Index(condition=models.Q(('loan_class__in', ['substandard', 'doubtful', 'loss']), ('interest_arrears__gt', 0), _connector='OR'), fields=['account'], name='loan_state_wrong')],
            },
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('slot', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('stands_on', models.DateField()),
                ('through_bundle', models.BigIntegerField()),
                ('base_on', models.DateField(null=True)),
            ],
            options={
                'verbose_name': '信贷进度',
                'verbose_name_plural': '信贷进度',
            },
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.DeleteModel('Exposure'),
        migrations.CreateModel(
            name='Exposure',
            fields=[
                ('pk', models.CompositePrimaryKey('customer', 'since', blank=True, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateField(verbose_name='起')),
                ('until', models.DateField(null=True, verbose_name='止')),
                ('non_performing', models.DecimalField(decimal_places=2, max_digits=24, verbose_name='后三类余额')),
                ('interest_arrears', models.DecimalField(decimal_places=2, max_digits=24, verbose_name='欠息')),
                ('advances', models.DecimalField(decimal_places=2, max_digits=24, verbose_name='垫款')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='managers.customer')),
            ],
            options={
                'verbose_name': '不良敞口',
                'verbose_name_plural': '不良敞口',
                'indexes': [
                    models.Index(condition=models.Q(('until__isnull', True)), fields=['customer'], name='exposure_open'),
                    models.Index(fields=['until'], name='exposure_until'),
                ],
            },
        ),
        migrations.RunSQL(BACK),
        migrations.RunSQL(INDEXES, NO_INDEXES),
        migrations.AddIndex(
            model_name='classification',
            index=models.Index(fields=['business_date'], name='classification_business_date'),
        ),
    ]
