//! What a call was about: the first resource that the record lists, else a guess from what was
//! asked.

use daybook_model::Resource;
use serde_json::Value;

use super::super::fields::{Object, at, text};

/// Parameters that name a thing, the more telling ones first, and what they name.
const PARAMETERS: &[(&str, &str)] = &[
    ("instancesSet.items.0.instanceId", "ec2_instance"),
    ("instanceId", "ec2_instance"),
    ("functionName", "lambda_function"),
    ("secretId", "secretsmanager_secret"),
    ("dBInstanceIdentifier", "rds_db_instance"),
    ("dBSnapshotIdentifier", "rds_db_snapshot"),
    ("volumeId", "ec2_volume"),
    ("snapshotId", "ec2_snapshot"),
    ("imageId", "ec2_image"),
    ("groupId", "ec2_security_group"),
    ("subnetId", "ec2_subnet"),
    ("routeTableId", "ec2_route_table"),
    ("internetGatewayId", "ec2_internet_gateway"),
    ("natGatewayId", "ec2_nat_gateway"),
    ("networkInterfaceId", "ec2_network_interface"),
    ("vpcId", "ec2_vpc"),
    ("allocationId", "ec2_address"),
    ("instanceProfileName", "iam_instance_profile"),
    ("roleName", "iam_role"),
    ("roleArn", "iam_role"),
    ("userName", "iam_user"),
    ("groupName", "iam_group"),
    ("policyArn", "iam_policy"),
    ("policyName", "iam_policy"),
    ("keyId", "kms_key"),
    ("trailName", "cloudtrail_trail"),
    ("bucketName", "s3_bucket"),
    ("logGroupName", "logs_log_group"),
    ("streamName", "kinesis_stream"),
    ("tableName", "dynamodb_table"),
    ("queueUrl", "sqs_queue"),
    ("topicArn", "sns_topic"),
    ("clusterName", "cluster"),
    ("stackName", "cloudformation_stack"),
    ("resourceArn", "resource"),
    ("name", "resource"),
];

/// The resource of a record. The record keeps all that it lists.
pub(super) fn of(record: &Object) -> Option<Resource> {
    listed(record).or_else(|| guessed(record.get("requestParameters")?))
}

fn listed(record: &Object) -> Option<Resource> {
    let resource = record.get("resources")?.as_array()?.first()?;
    let arn = text(resource.get("ARN")).or_else(|| text(resource.get("ARNPrefix")))?;
    let kind = text(resource.get("type")).map_or_else(|| "resource".to_owned(), kind);
    Some(Resource { kind, id: Some(arn.to_owned()), name: Some(last_part(arn)) })
}

fn guessed(parameters: &Value) -> Option<Resource> {
    let found =
        PARAMETERS.iter().find_map(|(path, kind)| text(at(parameters, path)).map(|id| (id, *kind)));
    let (id, kind) = found?;
    Some(Resource { kind: kind.to_owned(), id: Some(id.to_owned()), name: Some(last_part(id)) })
}

/// `AWS::S3::Object` is `s3_object`, `AWS::IAM::AccessKey` is `iam_access_key`.
fn kind(theirs: &str) -> String {
    let mut ours = String::with_capacity(theirs.len());
    for part in theirs.trim_start_matches("AWS::").split("::") {
        let mut after_lower = false;
        if !ours.is_empty() {
            ours.push('_');
        }
        for character in part.chars() {
            if character.is_uppercase() && after_lower {
                ours.push('_');
            }
            after_lower = character.is_lowercase();
            ours.extend(character.to_lowercase());
        }
    }
    ours
}

/// The name at the end of an ARN; any other text as it stands.
fn last_part(id: &str) -> String {
    let name = id
        .strip_prefix("arn:")
        .and_then(|arn| arn.rsplit(['/', ':']).find(|part| !part.is_empty()));
    name.unwrap_or(id).to_owned()
}
