using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CloudBackup.Infrastructure;

/// <summary>JSON that another program, another version or an attacker may have written: it is valid, or one kind of failure.</summary>
internal static class OutsideJson
{
    private const int LongestShown = 100;

    /// <summary>Reads a document. No element of a list in it is null, and nothing else that its type says is never null.</summary>
    /// <exception cref="JsonException">It is malformed, of another kind, or empty.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("The document is empty.");
            AbsentValues.Fill(value);
            return value;
        }
        catch (JsonException failure)
        {
            throw new JsonException(Describe(failure), failure);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Wrong kinds, texts that are no UTF-16, and numbers out of range reach the caller as several kinds of exception.
            throw new JsonException("A value is not valid.", failure);
        }
    }

    /// <summary>What is wrong, in a user's words: those of the reader name types of the program.</summary>
    private static string Describe(JsonException failure)
    {
        if (failure.LineNumber is null && failure.Path is null)
        {
            return failure.Message;
        }
        var place = failure.Path is { Length: > 2 } path ? $"The value of '{OutsideText.Clean(path[2..], LongestShown)}' is not valid" : "It is not valid JSON";
        return string.Create(CultureInfo.InvariantCulture, $"{place} (line {failure.LineNumber + 1}).");
    }
}
