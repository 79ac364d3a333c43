using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;

namespace CloudBackup.Tests.Storage.S3;

public sealed class S3ErrorsTests
{
    private static readonly S3Settings Backups = new() { Bucket = "example-backups" };

    [Theory]
    [InlineData("NoSuchBucket", 404, nameof(StorageErrorKind.NotFound), "-Bucket")]
    [InlineData("NoSuchKey", 404, nameof(StorageErrorKind.NotFound), "'a/b'")]
    [InlineData("AccessDenied", 403, nameof(StorageErrorKind.AccessDenied), "policy")]
    [InlineData("InvalidAccessKeyId", 403, nameof(StorageErrorKind.AccessDenied), "-Credential")]
    [InlineData("SignatureDoesNotMatch", 403, nameof(StorageErrorKind.AccessDenied), "-Credential")]
    [InlineData("ExpiredToken", 400, nameof(StorageErrorKind.AccessDenied), "expired")]
    [InlineData("RequestTimeTooSkewed", 403, nameof(StorageErrorKind.Misconfigured), "clock")]
    [InlineData("PermanentRedirect", 301, nameof(StorageErrorKind.Misconfigured), "-Region")]
    [InlineData("SlowDown", 503, nameof(StorageErrorKind.Throttled), "SlowDown")]
    [InlineData("", 429, nameof(StorageErrorKind.Throttled), "")]
    [InlineData("InternalError", 500, nameof(StorageErrorKind.Transient), "InternalError")]
    [InlineData("", 502, nameof(StorageErrorKind.Transient), "")]
    [InlineData("RequestTimeout", 400, nameof(StorageErrorKind.Transient), "")]
    [InlineData("QuotaExceeded", 403, nameof(StorageErrorKind.OutOfSpace), "")]
    [InlineData("NotImplemented", 501, nameof(StorageErrorKind.NotSupported), "")]
    [InlineData("MalformedXML", 400, nameof(StorageErrorKind.Other), "MalformedXML")]
    [InlineData("InvalidObjectState", 403, nameof(StorageErrorKind.Other), "archive")]
    public void A_refusal_gets_its_meaning_and_the_way_out(string code, int status, string kind, string part)
    {
        var errors = new S3Errors(BucketAddress.Of(S3Profiles.Find("s3-compatible")!, Backups with { Endpoint = "https://store.lan" }));
        var answer = new AmazonS3Exception("", ErrorType.Unknown, code, "", (HttpStatusCode)status);
        var error = errors.Translate(answer, "a/b");
        Assert.Equal(kind, $"{error.Kind}");
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_right_region_is_told_when_the_store_tells_it()
    {
        var errors = new S3Errors(BucketAddress.Of(S3Profiles.Find("s3")!, Backups with { Region = "eu-west-1" }));
        var answer = new AmazonS3Exception(
            "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'eu-central-1'",
            ErrorType.Unknown, "AuthorizationHeaderMalformed", "", HttpStatusCode.BadRequest);
        Assert.EndsWith("Say -Region eu-central-1.", errors.Translate(answer, "").Message, StringComparison.Ordinal);
    }
}
