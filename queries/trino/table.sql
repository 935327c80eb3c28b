-- The same table for a Trino server of one's own (476 and later, Hive connector): one row for each log file, its records as an array.
-- {{location}} as for Athena, in a scheme that the catalog can read. Absent partitions need hive.ignore-absent-partitions=true.
CREATE TABLE IF NOT EXISTS {{table}} (
  records array(row(
    eventversion varchar,
    useridentity row(
      type varchar,
      principalid varchar,
      arn varchar,
      accountid varchar,
      invokedby varchar,
      accesskeyid varchar,
      username varchar,
      onbehalfof row(userid varchar, identitystorearn varchar),
      sessioncontext row(
        attributes row(mfaauthenticated varchar, creationdate varchar),
        sessionissuer row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar),
        sourceidentity varchar,
        ec2roledelivery varchar
      )
    ),
    eventtime varchar,
    eventsource varchar,
    eventname varchar,
    awsregion varchar,
    sourceipaddress varchar,
    useragent varchar,
    errorcode varchar,
    errormessage varchar,
    requestparameters varchar,
    responseelements varchar,
    additionaleventdata varchar,
    requestid varchar,
    eventid varchar,
    readonly varchar,
    resources array(row(arn varchar, accountid varchar, type varchar)),
    eventtype varchar,
    apiversion varchar,
    recipientaccountid varchar,
    serviceeventdetails varchar,
    sharedeventid varchar,
    vpcendpointid varchar,
    vpcendpointaccountid varchar,
    eventcategory varchar,
    addendum row(reason varchar, updatedfields varchar, originalrequestid varchar, originaleventid varchar),
    sessioncredentialfromconsole varchar,
    edgedevicedetails varchar,
    tlsdetails row(tlsversion varchar, ciphersuite varchar, clientprovidedhostheader varchar)
  )),
  account varchar WITH (partition_projection_type = 'ENUM', partition_projection_values = ARRAY[{{accounts}}]),
  region varchar WITH (partition_projection_type = 'ENUM', partition_projection_values = ARRAY[{{regions}}]),
  day varchar WITH (
    partition_projection_type = 'DATE',
    partition_projection_format = 'yyyy/MM/dd',
    partition_projection_range = ARRAY['{{first_day}}', '{{last_day}}'],
    partition_projection_interval = 1,
    partition_projection_interval_unit = 'DAYS'
  )
)
WITH (
  format = 'OPENX_JSON',
  external_location = '{{location}}',
  partitioned_by = ARRAY['account', 'region', 'day'],
  partition_projection_enabled = true,
  partition_projection_location_template = '{{location}}/${account}/CloudTrail/${region}/${day}'
)
