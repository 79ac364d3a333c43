using System.Globalization;

namespace CloudBackup.Source;

/// <summary>
/// The names of the pieces of a <see cref="StreamItem"/>: <c>dump</c>, <c>dump.001</c>, <c>dump.002</c> and so on. A shell lists them in their order,
/// so <c>cat dump*</c> gives the whole, however many there are: after <c>dump.998</c> comes <c>dump.999001</c>.
/// </summary>
internal static class PieceNames
{
    private const int LastShort = 998;

    /// <summary>The path of a piece.</summary>
    /// <param name="path">The item's.</param>
    /// <param name="number">The number of the piece, from 0.</param>
    public static string Of(string path, int number)
    {
        if (number == 0)
        {
            return path;
        }
        var prefix = "";
        for (; number > LastShort; number -= LastShort)
        {
            prefix += "999";
        }
        return string.Create(CultureInfo.InvariantCulture, $"{path}.{prefix}{number:D3}");
    }
}
