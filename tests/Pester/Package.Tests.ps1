# The package that build.ps1 makes, as a user gets it: installed from a repository, imported by name, updated.
Describe 'The package' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $repository = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
        $module = Split-Path (Find-Manifest)
        $version = Split-Path $module -Leaf
        $packages = Join-Path $TestDrive packages
        $userHome = Join-Path $TestDrive home
        $null = New-Item -ItemType Directory $packages, $userHome
        $made = Invoke-Pwsh -NoProfile -NonInteractive -File "$repository/build.ps1" -Task Package -NoBuild -Destination $packages
        if ($LASTEXITCODE -ne 0) { throw ($made -join "`n") }

        # A new pwsh of a user who has nothing yet.
        function Invoke-AsNewUser([string] $Script) {
            $names = 'HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'PSModulePath', 'CLOUDBACKUP_HOME'
            $before = $names | ForEach-Object { [System.Environment]::GetEnvironmentVariable($_) }
            try {
                $names | ForEach-Object { [System.Environment]::SetEnvironmentVariable($_, $null) }
                $env:HOME = $userHome
                $env:CLOUDBACKUP_HOME = "$userHome/platform"
                Invoke-Pwsh -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; $Script"
            }
            finally {
                0..($names.Count - 1) | ForEach-Object { [System.Environment]::SetEnvironmentVariable($names[$_], $before[$_]) }
            }
        }
        $installed = Invoke-AsNewUser "Register-PSResourceRepository local '$packages' -Trusted; Install-PSResource CloudBackup -Repository local; (Get-Module CloudBackup -ListAvailable).Version.ToString()"
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'is a zip and a NuGet package' {
        "$packages/CloudBackup.$version.zip", "$packages/CloudBackup.$version.nupkg" | Should -Exist
    }

    It 'is found with what a user wants to know before it is installed' {
        $found = Invoke-AsNewUser "Find-PSResource CloudBackup -Repository local | ForEach-Object { `$_.Version.ToString(); `$_.ProjectUri.ToString(); `$_.LicenseUri.ToString(); `$_.Tags -contains 'backup'; `$_.ReleaseNotes.Length -gt 0; `$_.Description.Length -gt 0 }"
        $found[0] | Should -Be $version
        $found[1..2] | Should -BeLike 'https://*'
        $found[3..5] | Should -Be True, True, True
    }

    It 'is installed from a folder of packages, and imported by name in a new PowerShell' {
        $installed | Should -Be $version
        $seen = Invoke-AsNewUser "Import-Module CloudBackup; (Get-Module CloudBackup).ModuleBase; @(Get-Command -Module CloudBackup).Count"
        $seen[0] | Should -BeLike "$userHome/*/CloudBackup/$version"
        $seen[1] | Should -Be (Import-PowerShellDataFile (Find-Manifest)).CmdletsToExport.Count
    }

    It 'works there, without being imported first' {
        $null = New-Item -ItemType Directory "$userHome/data", "$userHome/backups"
        Set-Content "$userHome/data/page.txt" page
        $seen = Invoke-AsNewUser "`$null = New-BackupSite local filesystem -Path ~/backups -ExternalDisk; `$null = Register-BackupApp wiki.example.com -Version 1 -DataDirectory ~/data; (New-AppBackup wiki.example.com).State; Get-AppBackup | Test-AppBackup -Quiet; (Get-Help New-AppBackup).Synopsis.Length -gt 0"
        $seen | Should -Be Ready, True, True
    }

    It 'gets a second version beside it, and both can be imported' {
        $next = "$TestDrive/next/CloudBackup"
        Copy-Item $module $next -Recurse
        (Get-Content "$next/CloudBackup.psd1" -Raw) -replace "ModuleVersion( +)= '[\d.]+'", 'ModuleVersion$1= ''99.0.0''' | Set-Content "$next/CloudBackup.psd1"
        $versions = Invoke-AsNewUser "Publish-PSResource '$next' -Repository local; Update-PSResource CloudBackup -Repository local; (Get-Module CloudBackup -ListAvailable).Version | Sort-Object | ForEach-Object ToString"
        $versions | Should -Be $version, 99.0.0
        Invoke-AsNewUser "Import-Module CloudBackup; (Get-Module CloudBackup).Version.ToString(); @(Get-BackupApp -PlatformHome (New-Item -ItemType Directory ~/empty) -ErrorAction Ignore).Count" | Should -Be 99.0.0, 0
        Invoke-AsNewUser "Import-Module CloudBackup -RequiredVersion $version; (Get-Module CloudBackup).Version.ToString()" | Should -Be $version
    }

    It 'holds its licence, the changes, and the notices of every library' {
        foreach ($file in 'LICENSE', 'CHANGELOG.md', 'THIRD-PARTY-NOTICES.txt') { "$module/$file" | Should -Exist }
        $notices = Get-Content "$module/THIRD-PARTY-NOTICES.txt"
        $named = $notices -match '^Package: ' -replace '^Package: (\S+) .*', '$1'
        # Names of packages and of their assemblies differ in two.
        $packageOf = @{ 'ICSharpCode.SharpZipLib' = 'SharpZipLib'; 'Microsoft.Data.Sqlite' = 'Microsoft.Data.Sqlite.Core'; 'SQLitePCLRaw.batteries_v2' = 'SQLitePCLRaw.bundle_e_sqlite3' }
        $foreign = (Get-ChildItem "$module/lib/*.dll").BaseName | Where-Object { $_ -notlike 'Backup*' }
        $foreign | Should -Not -BeNullOrEmpty
        foreach ($library in $foreign) { $named | Should -Contain ($packageOf[$library] ?? $library) }
        $named | Should -Contain SQLitePCLRaw.lib.e_sqlite3
        foreach ($text in 'Apache License', 'Permission is hereby granted, free of charge', 'Redistributions of source code', 'Legion of the Bouncy Castle') {
            $notices -match [regex]::Escape($text) | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'The manifest' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $manifest = Test-ModuleManifest (Find-Manifest)
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'says where the project is, under which licence, and what is new' {
        $manifest.ProjectUri | Should -BeLike 'https://*'
        $manifest.LicenseUri | Should -BeLike 'https://*'
        $manifest.ReleaseNotes | Should -Not -BeNullOrEmpty
        $manifest.Tags | Should -Contain backup
        [xml] $package = Get-Content "$PSScriptRoot/../../module/CloudBackup.nuspec"
        $package.package.metadata.projectUrl | Should -Be $manifest.ProjectUri.OriginalString
    }

    It 'leads to a page on the web for every cmdlet, also for Get-Help -Online' {
        foreach ($command in Get-Command -Module CloudBackup -CommandType Cmdlet) {
            $command.HelpUri | Should -Be "$($manifest.ProjectUri.OriginalString)/help/$($command.Name)"
            (Get-Help $command.Name).relatedLinks.navigationLink[0].uri | Should -Be $command.HelpUri
        }
    }
}
