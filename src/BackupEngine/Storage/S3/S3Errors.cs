using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;

namespace CloudBackup.Storage.S3;

/// <summary>The one place where failures of S3 stores become storage errors, with the way out where there is one.</summary>
internal sealed partial class S3Errors(BucketAddress address)
{
    /// <summary>The storage error for a failed request about an object.</summary>
    public StorageException Translate(Exception failure, string path) => failure switch
    {
        _ when Find<UnreadableAnswerException>(failure) is { } answer => Unreadable(path, answer),
        _ when Find<RangeIgnoredException>(failure) is not null => Error(
            StorageErrorKind.Misconfigured,
            path,
            $"{address.Host} ignores ranges: it sends whole objects where a part was asked for. Reach the store without the proxy or cache that drops the "
            + "Range header, or use a store that has ranges.",
            failure),
        AmazonS3Exception { StatusCode: 0, ErrorCode: null or "" } answer => BadAnswer(
            path, UnreadValue.IsCauseOf(answer) ? UnreadValue.Text : AnswerText.Words(answer.Message), answer),
        AmazonS3Exception answer => FromAnswer(answer, path),
        AmazonUnmarshallingException answer => BadAnswer(path, UnreadValue.Text, answer),
        _ when Find<HttpRequestException>(failure) is
        { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } answer => Error(
            StorageErrorKind.Unreadable, path, $"{address.Host} does not speak S3, or not here: {answer.Message} Check -Endpoint.", failure),
        _ when Find<CertificateException>(failure) is { } certificate => Error(
            StorageErrorKind.Misconfigured,
            path,
            $"the certificate of {address.Host} is not accepted: {certificate.Message} Correct -Endpoint"
            + (address.Profile.CanBeSelfSigned ? ", or say -AcceptSelfSignedCertificate when it is your own." : "."),
            failure),
        _ when Find<SocketException>(failure) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } => Error(
            StorageErrorKind.Transient, path, $"there is no host {address.Host}. Check -Endpoint and -Region, and whether names are resolved.", failure),
        _ when failure is AmazonClientException && IsAboutCredentials(failure) => Error(
            StorageErrorKind.AccessDenied,
            path,
            "there are no keys: give them with -Credential (access key as user name, secret key as password), or in the environment, the "
            + "profile or the role of this machine.",
            failure),
        _ when UnreadValue.IsCauseOf(failure) => BadAnswer(path, UnreadValue.Text, failure),
        _ => Error(StorageErrorKind.Transient, path, $"no answer from {address.Host}: {Innermost(failure).Message}", failure),
    };

    /// <summary>The error for an answer that says success and shows failure, as stores that work for long before they answer give it.</summary>
    public StorageException BadAnswer(string path, string what, Exception? inner = null) =>
        Error(StorageErrorKind.Unreadable, path, $"the answer of {address.Host} makes no sense: {what.TrimEnd('.')}.", inner);

    /// <summary>The error for an object that is another one than at first.</summary>
    /// <param name="path">The object.</param>
    /// <param name="meanwhile">What was done with it meanwhile.</param>
    /// <param name="failure">What the store answered; null when it let it pass.</param>
    public static StorageException Replaced(string path, string meanwhile, Exception? failure = null) =>
        new(StorageErrorKind.Corrupt, path, $"'{path}' was replaced while it was {meanwhile}.", failure);

    private StorageException Unreadable(string path, UnreadableAnswerException answer) => Error(
        StorageErrorKind.Unreadable,
        path,
        answer.IsForeign
            ? $"{address.Host} does not speak S3: it answered {answer.Message}. Check -Endpoint: this may be a web console, a proxy or a portal."
            : $"{address.Host} gave an answer that is not one of S3: {answer.Message}.",
        answer);

    /// <summary>What a code, or a status where there is no code that we know, means.</summary>
    internal static StorageErrorKind KindOf(string? code, HttpStatusCode status) => code switch
    {
        "NoSuchKey" or "NoSuchBucket" or "NoSuchUpload" or "NoSuchVersion" => StorageErrorKind.NotFound,
        "AccessDenied" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "TokenRefreshRequired" or "InvalidToken"
            or "AllAccessDisabled" or "AccountProblem" or "InvalidSecurity" or "NotSignedUp" => StorageErrorKind.AccessDenied,
        "RequestTimeTooSkewed" or "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "InvalidBucketName"
            or "IllegalLocationConstraintException" or "KeyTooLongError" or "AuthorizationQueryParametersError" => StorageErrorKind.Misconfigured,
        "PreconditionFailed" => StorageErrorKind.AlreadyExists,
        "InvalidRange" => StorageErrorKind.InvalidRange,
        "InvalidObjectState" => StorageErrorKind.Other,
        "QuotaExceeded" or "InsufficientStorage" or "InsufficientCapacity" or "XMinioStorageFull" or "StorageQuotaExceeded"
            or "ServiceQuotaExceeded" => StorageErrorKind.OutOfSpace,
        "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" or "TooManyRequestsException"
            or "BandwidthLimitExceeded" or "SlowDownRead" or "SlowDownWrite" => StorageErrorKind.Throttled,
        "RequestTimeout" or "InternalError" or "OperationAborted" or "ConditionalRequestConflict" or "BadDigest" or "IncompleteBody"
            or "XAmzContentSHA256Mismatch" or "ServerTimeout" => StorageErrorKind.Transient,
        "NotImplemented" or "MethodNotAllowed" => StorageErrorKind.NotSupported,
        _ => KindOf(status),
    };

    private static StorageErrorKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => StorageErrorKind.NotFound,
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => StorageErrorKind.AccessDenied,
        HttpStatusCode.PreconditionFailed => StorageErrorKind.AlreadyExists,
        HttpStatusCode.RequestedRangeNotSatisfiable => StorageErrorKind.InvalidRange,
        HttpStatusCode.InsufficientStorage => StorageErrorKind.OutOfSpace,
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => StorageErrorKind.Throttled,
        HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict => StorageErrorKind.Transient,
        HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => StorageErrorKind.Misconfigured,
        HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed => StorageErrorKind.NotSupported,
        >= HttpStatusCode.InternalServerError => StorageErrorKind.Transient,
        0 => StorageErrorKind.Transient, // the answer broke off
        _ => StorageErrorKind.Other,
    };

    private StorageException FromAnswer(AmazonS3Exception answer, string path)
    {
        var kind = KindOf(answer.ErrorCode, answer.StatusCode);
        var subject = path.Length == 0 ? $"the bucket '{address.Bucket}'" : $"'{path}'";
        var text = answer.ErrorCode switch
        {
            "NoSuchBucket" => $"there is no bucket '{address.Bucket}' at {address.Host}. Create it, or correct -Bucket, -Region or -Endpoint.",
            "InvalidBucketName" => $"'{address.Bucket}' is not a valid bucket name.",
            "InvalidAccessKeyId" => $"{address.Host} does not know the access key{Said(answer)}. Give a valid one with -Credential.",
            "SignatureDoesNotMatch" => $"the secret key does not belong to the access key{Said(answer)}. Give both again with -Credential.",
            "ExpiredToken" or "TokenRefreshRequired" or "InvalidToken" => "the keys have expired. Give new ones with -Credential, or renew them where they come from.",
            "RequestTimeTooSkewed" => "the clock of this machine is more than the store allows (15 minutes) off. Set it, best by NTP.",
            "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "IllegalLocationConstraintException" => WrongRegion(answer),
            "KeyTooLongError" => $"{subject} is longer than the store takes.",
            "InvalidObjectState" => $"{subject} is archived by the store. Restore it there first, and exclude backups from lifecycle rules "
                + "that archive objects.",
            _ => kind switch
            {
                StorageErrorKind.AccessDenied => $"the keys have no right to {subject}. The README's policy lists the rights that backups need.{Quoted(answer)}",
                StorageErrorKind.NotFound => $"there is no {subject}{Said(answer)}.",
                StorageErrorKind.Misconfigured => WrongRegion(answer),
                _ => $"{address.Host} answered {Describe(answer)} about {subject}.",
            },
        };
        var about = answer.ErrorCode == "NoSuchBucket" ? "" : path;
        return Error(kind, about, text, answer, RetryAfter(answer));
    }

    private string WrongRegion(AmazonS3Exception answer)
    {
        var expected = Header(answer, "x-amz-bucket-region")
            ?? (RegionInMessage().Match(answer.Message ?? "") is { Success: true } match ? match.Groups[1].Value : null);
        return $"the bucket '{address.Bucket}' is not in the region {address.Region}"
            + (expected is null ? ". Correct -Region or -Endpoint." : $", but in {expected}. Say -Region {expected}.");
    }

    private static TimeSpan? RetryAfter(AmazonS3Exception answer) =>
        int.TryParse(Header(answer, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 300
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static string? Header(AmazonS3Exception answer, string name) =>
        (answer.InnerException as HttpErrorResponseException)?.Response is { } response && response.IsHeaderPresent(name)
            ? response.GetHeaderValue(name)
            : null;

    private static string Describe(AmazonS3Exception answer) =>
        $"{(string.IsNullOrEmpty(answer.ErrorCode) ? answer.StatusCode.ToString() : AnswerText.Words(answer.ErrorCode))}{Said(answer)}";

    /// <summary>The store's own words, in brackets; empty when it has none.</summary>
    private static string Said(AmazonS3Exception answer) =>
        WordsOf(answer) is { Length: > 0 } words ? $" ({words.TrimEnd('.')})" : "";

    /// <summary>The store's code and words, as a sentence of their own.</summary>
    private static string Quoted(AmazonS3Exception answer) =>
        string.IsNullOrEmpty(answer.ErrorCode) && WordsOf(answer).Length == 0 ? "" : $" The store says: {Describe(answer)}.";

    private static string WordsOf(AmazonS3Exception answer) =>
        answer.Message is { Length: > 0 } said && !said.StartsWith("Error making request", StringComparison.Ordinal) ? AnswerText.Words(said) : "";

    private static bool IsAboutCredentials(Exception failure) =>
        failure.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);

    private static T? Find<T>(Exception? failure)
        where T : Exception
    {
        while (failure is not null and not T)
        {
            failure = failure.InnerException;
        }
        return (T?)failure;
    }

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;

    private static StorageException Error(StorageErrorKind kind, string path, string text, Exception? inner, TimeSpan? retryAfter = null) =>
        new(kind, path, char.ToUpperInvariant(text[0]) + text[1..], inner) { RetryAfter = retryAfter };

    [GeneratedRegex("expecting '([a-z0-9-]+)'")]
    private static partial Regex RegionInMessage();
}
