using CloudBackup.FileTree;

namespace CloudBackup.Storage.S3;

/// <summary>
/// Reads the names that a store encodes in its lists. A plus sign there is a blank to most stores, and a plus sign to some that leave it as it
/// is. What a list shows decides as soon as it can; else the store is asked which of the two names it has. Thread-safe.
/// </summary>
/// <param name="hasAsync">Whether the store has anything whose path begins so.</param>
internal sealed class ListedNames(Func<string, CancellationToken, Task<bool>> hasAsync)
{
    /// <summary>Names that are asked about before the usual reading is taken for granted.</summary>
    private const int MostQuestions = 10;

    private int _questions;
    private volatile Plus _plus;

    private enum Plus
    {
        Unknown,
        IsBlank,
        IsPlus,
    }

    /// <summary>The names of a list's page, as they are in the bucket.</summary>
    /// <exception cref="UnreadableAnswerException">They are not encoded, although the store says so.</exception>
    public async Task<IReadOnlyList<string>> DecodeAsync(IReadOnlyList<string> encoded, CancellationToken cancellationToken)
    {
        if (encoded.FirstOrDefault(IsNotEncoded) is { } plain)
        {
            throw new UnreadableAnswerException(
                200, $"a list that calls its names encoded and does not encode them ('{PathText.ForDisplay(AnswerText.Words(plain))}')", isForeign: false);
        }
        if (_plus == Plus.Unknown && encoded.Any(HasPlus))
        {
            await LearnAsync(encoded, cancellationToken).ConfigureAwait(false);
        }
        return [.. encoded.Select(name => Decode(name, _plus == Plus.IsPlus))];
    }

    private async Task LearnAsync(IReadOnlyList<string> encoded, CancellationToken cancellationToken)
    {
        // A store that writes a plus sign or a blank in another way means the other one by a bare plus sign.
        var (encodesPlus, encodesBlank) = (encoded.Any(name => Has(name, "%2B")), encoded.Any(name => Has(name, "%20")));
        if (encodesPlus != encodesBlank)
        {
            _plus = encodesPlus ? Plus.IsBlank : Plus.IsPlus;
            return;
        }
        foreach (var name in encoded.Where(HasPlus))
        {
            if (_plus != Plus.Unknown || Interlocked.Increment(ref _questions) > MostQuestions)
            {
                return;
            }
            var isBlank = await hasAsync(Decode(name, isPlus: false), cancellationToken).ConfigureAwait(false);
            var isPlus = await hasAsync(Decode(name, isPlus: true), cancellationToken).ConfigureAwait(false);
            _plus = isBlank == isPlus ? _plus : isBlank ? Plus.IsBlank : Plus.IsPlus;
        }
    }

    /// <summary>No encoding leaves a blank, or a character beyond ASCII, as it is.</summary>
    private static bool IsNotEncoded(string name) => name.Any(c => c is <= ' ' or > '~');

    private static bool HasPlus(string name) => name.Contains('+', StringComparison.Ordinal);

    private static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string Decode(string name, bool isPlus) => Uri.UnescapeDataString(isPlus ? name : name.Replace('+', ' '));
}
