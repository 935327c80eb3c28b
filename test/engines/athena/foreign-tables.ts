/** Tables of CloudTrail logs as other people make them: AWS's documentation and console, and Control Tower's log archive. */

const innerIdentity =
  "type:string, principalid:string, arn:string, accountid:string, invokedby:string, accesskeyid:string";
const session =
  "attributes:struct<mfaauthenticated:string, creationdate:string>, sessionissuer:struct<type:string, principalid:string, arn:string, accountid:string, username:string>";

/** As the documentation has it since it knows Identity Center. */
const identity = `struct<${innerIdentity}, username:string, onbehalfof:struct<userid:string, identitystorearn:string>,
    sessioncontext:struct<${session}, ec2roledelivery:string,
      webidfederationdata:struct<federatedprovider:string, attributes:map<string,string>>>>`;

/** As it was before; many such tables still stand. */
const olderIdentity = `struct<${innerIdentity}, userName:string,
    sessioncontext:struct<${session}, ec2RoleDelivery:string, webIdFederationData:struct<federatedProvider:string>>>`;

const columns = (who: string): string => `
  eventversion string, useridentity ${who}, eventtime string, eventsource string, eventname string, awsregion string,
  sourceipaddress string, useragent string, errorcode string, errormessage string, requestparameters string,
  responseelements string, additionaleventdata string, requestid string, eventid string, readonly string,
  resources array<struct<arn:string, accountid:string, type:string>>, eventtype string, apiversion string,
  recipientaccountid string, serviceeventdetails string, sharedeventid string, vpcendpointid string`;

const tls = ", tlsdetails struct<tlsversion:string, ciphersuite:string, clientprovidedhostheader:string>";

/** The last columns of the documentation's tables (Athena User Guide, "Query AWS CloudTrail logs", as of 2026). */
const newest =
  ", vpcendpointaccountid string, eventcategory string, addendum struct<reason:string, updatedfields:string, originalrequestid:string, originaleventid:string>, sessioncredentialfromconsole string, edgedevicedetails string" +
  tls;

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
  ddl: `CREATE EXTERNAL TABLE logs.${name} (${columns(more === newest ? identity : olderIdentity)}${more}
)
${partitions}${serde}
LOCATION 's3://logs/AWSLogs/'`,
  flags,
});

export const foreignTables: readonly ForeignTable[] = [
  table("an older one, without partitions", "cloudtrail_logs_older", `, eventcategory string${tls}`, "", [
    "--table-lacks",
    "addendum,sessioncredentialfromconsole",
  ]),
  table(
    "the documentation's, partitioned by hand",
    "cloudtrail_logs_manual",
    newest,
    "PARTITIONED BY (region string, year string, month string, day string)\n",
    ["--day-column", "year,month,day"],
  ),
  table(
    "the documentation's with projected partitions",
    "cloudtrail_logs_pp",
    newest,
    "PARTITIONED BY (`timestamp` string)\n",
    ["--day-column", "timestamp"],
  ),
  table(
    "an organization's log archive as Control Tower users make it",
    "control_tower_logs",
    tls,
    "PARTITIONED BY (account string, region string, year string, month string, day string)\n",
    ["--table-lacks", "addendum,sessioncredentialfromconsole,eventcategory", "--day-column", "year,month,day"],
  ),
];
