using System.Globalization;

namespace CloudBackup.Storage.S3;

/// <summary>
/// The facts of an answer that are numbers, times, or yes and no. The SDK fails at one that it cannot read, in words that name neither the fact nor
/// the store; so they are read before.
/// </summary>
internal static class AnswerValues
{
    private static readonly Dictionary<string, Predicate<string>> Elements = new(StringComparer.Ordinal)
    {
        ["LastModified"] = IsTime,
        ["Initiated"] = IsTime,
        ["Date"] = IsTime,
        ["IsTruncated"] = IsYesOrNo,
        ["Size"] = IsLength,
        ["MaxKeys"] = IsNumber,
        ["KeyCount"] = IsNumber,
        ["MaxUploads"] = IsNumber,
        ["PartNumber"] = IsNumber,
        ["Days"] = IsNumber,
        ["NoncurrentDays"] = IsNumber,
        ["DaysAfterInitiation"] = IsNumber,
    };

    private static readonly Dictionary<string, Predicate<string>> Headers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Content-Length"] = IsLength,
        ["x-amz-object-size"] = IsLength,
        ["Last-Modified"] = IsTime,
        ["x-amz-object-lock-retain-until-date"] = IsTime,
        ["x-amz-delete-marker"] = IsYesOrNo,
        ["x-amz-server-side-encryption-bucket-key-enabled"] = IsYesOrNo,
        ["x-amz-mp-parts-count"] = IsNumber,
        ["x-amz-missing-meta"] = IsNumber,
        ["x-amz-tagging-count"] = IsNumber,
    };

    /// <summary>Whether the text of an XML element is what such an element may hold.</summary>
    public static bool IsElementReadable(string name, string text) => IsReadable(Elements, name, text);

    /// <summary>Whether a header's value is what such a header may hold.</summary>
    public static bool IsHeaderReadable(string name, string text) => IsReadable(Headers, name, text);

    private static bool IsReadable(Dictionary<string, Predicate<string>> kinds, string name, string text) =>
        text.Length == 0 || !kinds.TryGetValue(name, out var isKind) || isKind(text);

    private static bool IsTime(string text) => DateTime.TryParse(text, CultureInfo.InvariantCulture, out _);

    private static bool IsYesOrNo(string text) => bool.TryParse(text, out _);

    private static bool IsNumber(string text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);

    private static bool IsLength(string text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var length) && length >= 0;
}
