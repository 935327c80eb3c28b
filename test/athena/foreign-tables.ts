/** Owns tables of CloudTrail logs as other people make them: AWS's documentation and console, and Control Tower's log archive. */

const identity = `struct<
    type:string, principalid:string, arn:string, accountid:string, invokedby:string, accesskeyid:string, userName:string,
    sessioncontext:struct<
      attributes:struct<mfaauthenticated:string, creationdate:string>,
      sessionissuer:struct<type:string, principalid:string, arn:string, accountId:string, userName:string>,
      ec2RoleDelivery:string, webIdFederationData:struct<federatedProvider:string>>>`;

const columns = `
  eventversion string, useridentity ${identity}, eventtime string, eventsource string, eventname string, awsregion string,
  sourceipaddress string, useragent string, errorcode string, errormessage string, requestparameters string,
  responseelements string, additionaleventdata string, requestid string, eventid string, readonly string,
  resources array<struct<arn:string, accountid:string, type:string>>, eventtype string, apiversion string,
  recipientaccountid string, serviceeventdetails string, sharedeventid string, vpcendpointid string`;

const serde = `ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'`;

export interface ForeignTable {
  readonly what: string;
  readonly ddl: string;
  /** As the DuckDB of the tests names it: `default` is a word there, so the tables lie in `logs`. */
  readonly name: string;
  readonly flags: readonly string[];
}

const table = (
  what: string,
  name: string,
  more: string,
  partitions: string,
  flags: readonly string[],
): ForeignTable => ({
  what,
  name: `logs.${name}`,
  ddl: `CREATE EXTERNAL TABLE logs.${name} (${columns}${more}
)
${partitions}${serde}
LOCATION 's3://logs/AWSLogs/'`,
  flags,
});

const lacksAddendum = ["--table-lacks", "addendum,sessioncredentialfromconsole"];

export const foreignTables: readonly ForeignTable[] = [
  table(
    "the console's, without partitions",
    "cloudtrail_logs_console",
    ", eventcategory string, tlsdetails struct<tlsversion:string, ciphersuite:string, clientprovidedhostheader:string>",
    "",
    lacksAddendum,
  ),
  table(
    "the documentation's, partitioned by hand",
    "cloudtrail_logs_manual",
    ", tlsdetails struct<tlsversion:string, ciphersuite:string, clientprovidedhostheader:string>",
    "PARTITIONED BY (region string, year string, month string, day string)\n",
    ["--table-lacks", "addendum,sessioncredentialfromconsole,eventcategory", "--day-column", "year,month,day"],
  ),
  table(
    "the documentation's with projected partitions",
    "cloudtrail_logs_pp",
    ", eventcategory string, tlsdetails struct<tlsversion:string, ciphersuite:string, clientprovidedhostheader:string>",
    "PARTITIONED BY (`timestamp` string)\n",
    [...lacksAddendum, "--day-column", "timestamp"],
  ),
  table(
    "an organization's log archive as Control Tower users make it",
    "control_tower_logs",
    ", vpcendpointaccountid string, eventcategory string, addendum struct<reason:string, updatedfields:string, originalrequestid:string, originaleventid:string>, sessioncredentialfromconsole string, edgedevicedetails string, tlsdetails struct<tlsversion:string, ciphersuite:string, clientprovidedhostheader:string>",
    "PARTITIONED BY (account string, region string, year string, month string, day string)\n",
    ["--day-column", "year,month,day"],
  ),
];
